import { readFileSync } from 'node:fs';
import type { TestCase, TestResult } from '@playwright/test/reporter';
import * as z from 'zod';
import type { CriterionId } from '../requirements/catalogue.ts';
import { firstLine } from '../fixtures/verdict/reason.ts';
import { type Outcome, Verdict, verdictAttachment } from '../fixtures/verdict/verdict.ts';

/** A verdict without a measurement: for what was not judged, or could not be. */
export function unmeasured(
  id: CriterionId,
  verdict: 'broken' | 'not-judged',
  reason: string,
  target: string,
  durationMs = 0,
): Verdict {
  return { id, verdict, reason, measurement: null, measurements: [], target, deviations: [], durationMs };
}

/**
 * The verdict on an entry that one test of the run left behind: the one it attached, as far as that can be believed,
 * or `broken` with the first line of what went wrong instead.
 * @param stopped why the run stopped, for a test that never began
 */
export function verdictOfTest(id: CriterionId, test: TestCase, target: string, stopped: string): Verdict {
  const result = test.results.at(-1);
  if (result === undefined) return unmeasured(id, 'broken', `did not run: ${stopped}`, target);
  const without = (verdict: 'broken' | 'not-judged', reason: string): Verdict =>
    unmeasured(id, verdict, reason, target, result.duration);
  const error = result.error === undefined ? `the test ended as ${result.status}` : firstLine(result.error);

  const attached = result.attachments.filter(({ name }) => name === verdictAttachment);
  const [attachment] = attached;
  if (attachment === undefined) {
    if (result.status !== 'skipped')
      return without('broken', result.error === undefined ? `${error} without a verdict` : error);
    const skip = test.annotations.find(({ type }) => type === 'skip' || type === 'fixme');
    return without('not-judged', skip?.description ?? 'skipped without a reason');
  }
  if (attached.length > 1) return without('broken', `the test attached ${attached.length} verdicts`);
  const parsed = parse(attachment);
  if (!parsed.success) return without('broken', `the attached verdict is invalid: ${issueOf(parsed.error)}`);
  if (parsed.data.id !== id) return without('broken', `the attached verdict is on ${parsed.data.id}`);
  // A fixture may fail after the verdict was given: what it stands on can no longer be believed.
  const contradicted = result.status !== 'passed' && result.status !== 'skipped';
  if (contradicted && (parsed.data.verdict === 'passed' || parsed.data.verdict === 'not-judged'))
    return without('broken', error);
  return parsed.data;
}

const severity: readonly Outcome[] = ['failed', 'broken', 'not-judged', 'passed'];

/** The verdict that counts among those of a repeated test: one red among many greens is red. */
export function worst(verdicts: readonly [Verdict, ...Verdict[]]): Verdict {
  return verdicts.reduce((a, b) => (severity.indexOf(b.verdict) < severity.indexOf(a.verdict) ? b : a));
}

function parse(attachment: TestResult['attachments'][number]): z.ZodSafeParseResult<Verdict> {
  try {
    const text = attachment.body?.toString('utf8') ?? readFileSync(attachment.path ?? '', 'utf8');
    return Verdict.safeParse(JSON.parse(text));
  } catch {
    return Verdict.safeParse(undefined);
  }
}

function issueOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined ? 'unknown' : `${issue.path.join('.') || 'verdict'}: ${issue.message}`;
}
