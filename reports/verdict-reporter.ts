import { join, relative } from 'node:path';
import type { FullConfig, FullResult, Reporter, Suite, TestError } from '@playwright/test/reporter';
import { catalogue, type CriterionId, isCriterionId, namedBy } from '../requirements/catalogue.ts';
import { settings } from '../fixtures/settings.ts';
import { firstLine } from '../fixtures/verdict/reason.ts';
import type { Verdict, VerdictFile } from '../fixtures/verdict/verdict.ts';
import { listTests, specifiedIds } from './listing.ts';
import { renderMatrix } from './matrix.ts';
import { renderTimeline, rowsOf } from './timeline.ts';
import { writeVerdictFile } from './verdict-file.ts';
import { unmeasured, verdictOfTest, worst } from './verdict-of-test.ts';

/**
 * Gives every catalogue entry its verdict at the end of a run: writes verdicts.json, prints the timeline and the matrix,
 * and fails a run in which anything failed or broke. The run's id is `metadata.run` of the configuration.
 */
export default class VerdictReporter implements Reporter {
  private config!: FullConfig;
  private suite!: Suite;
  private readonly errors: string[] = [];

  onBegin(config: FullConfig, suite: Suite): void {
    this.config = config;
    this.suite = suite;
  }

  /** An error outside any test: a global set-up that failed, a spec that does not load, a worker's teardown. */
  onError(error: TestError): void {
    this.errors.push(firstLine(error));
  }

  async onEnd(result: FullResult): Promise<{ status: FullResult['status'] } | undefined> {
    if (this.config.metadata['reportIsAnothers'] === true) return undefined;
    const listed = this.suite.allTests().every((test) => test.results.length === 0);
    if (listed && result.status === 'passed') return undefined;

    const judged = await this.judge();
    const specified = await this.specified();
    const entries = catalogue.flatMap((requirement) =>
      requirement.entries.map(({ id }) => id as CriterionId),
    );
    const file = await writeVerdictFile(join(settings.reports, 'verdicts.json'), {
      run: String(this.config.metadata['run'] ?? 'unknown'),
      startedAt: result.startTime.toISOString(),
      durationMs: result.duration,
      target: settings.target,
      verdicts: entries.map((id) => {
        const reason = specified.has(id) ? 'not selected in this run' : 'no test yet';
        return judged.get(id) ?? unmeasured(id, 'not-judged', reason, settings.target);
      }),
    });
    this.print(file, [...judged.keys()]);

    const red = file.verdicts.some(({ verdict }) => verdict === 'failed' || verdict === 'broken');
    return red && result.status === 'passed' ? { status: 'failed' } : undefined;
  }

  private async judge(): Promise<Map<CriterionId, Verdict>> {
    const judged = new Map<CriterionId, Verdict>();
    const stopped = this.errors[0] ?? 'the run stopped before it';
    for (const test of this.suite.allTests()) {
      for (const id of namedBy(test.tags).filter(isCriterionId)) {
        const verdict = verdictOfTest(id, test, settings.target, stopped);
        const earlier = judged.get(id);
        judged.set(id, earlier === undefined ? verdict : worst([earlier, verdict]));
      }
    }
    if (this.suite.allTests().length > 0) return judged;
    // Playwright loads no test when the global set-up fails; what it would have run is broken with that cause.
    for (const id of await this.selected())
      judged.set(id, unmeasured(id, 'broken', stopped, settings.target));
    return judged;
  }

  /** The entries that this very command selects. */
  private async selected(): Promise<CriterionId[]> {
    try {
      const tests = await listTests(process.argv.slice(1), process.cwd());
      return tests.flatMap(({ tags }) => namedBy(tags).filter(isCriterionId));
    } catch {
      // A spec that does not load: nothing at all can be judged.
      return [...(await this.specified())].filter(isCriterionId);
    }
  }

  private async specified(): Promise<Set<string>> {
    const ids = await Promise.all(this.config.projects.map(({ testDir }) => specifiedIds(testDir)));
    return new Set(ids.flatMap((set) => [...set]));
  }

  private print(file: VerdictFile, judged: readonly CriterionId[]): void {
    const here = (name: string): string => relative(process.cwd(), join(settings.reports, name));
    const colour = process.stdout.isTTY && process.stdout.hasColors();
    const red = file.verdicts.find(({ verdict }) => verdict === 'failed' || verdict === 'broken');
    const example = red?.id ?? judged[0];
    const lines = [
      ...renderTimeline(rowsOf(this.suite.allTests())),
      '',
      renderMatrix(file, colour),
      ...this.errors.map((error) => `Outside the tests: ${error}`),
      `Verdicts: ${here('verdicts.json')}; report: ${here('allure-report/index.html')} (made by npm run accept, or by npx allure generate -c reports/allurerc.ts)`,
      example === undefined
        ? 'Nothing was judged: select by an id of the matrix, e.g. npx playwright test --grep AC-lgtm-001-02'
        : `One by hand: npx playwright test --grep ${example}`,
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
  }
}
