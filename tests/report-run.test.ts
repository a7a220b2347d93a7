import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test as base } from '@playwright/test';
import { fullEnvironment, root, settings } from '../fixtures/settings.ts';
import { VerdictFile } from '../fixtures/verdict/verdict.ts';

/** What a run of a made-up suite left behind. */
interface Run {
  exitCode: unknown;
  output: string;
  /** Null if none was written. */
  file: VerdictFile | null;
  verdict: (id: string) => string;
}

const helpers = `
import { test as base } from '@playwright/test';
export const give = (info, id, verdict, more = {}) =>
  info.attach('verdict', { contentType: 'application/json', body: JSON.stringify({
    id, verdict, reason: '', measurement: null, measurements: [], target: 'local', deviations: [], durationMs: 1, ...more,
  }) });
export const test = base;
`;
const spec = (lines: string): string => `import { give, test } from './helpers.js';\n${lines}`;

/** Runs a made-up suite with the real reporter in a folder of its own. */
const test = base.extend<{
  run: (files: Record<string, string>, ...args: string[]) => Promise<Run>;
}>({
  run: async ({}, use) => {
    const over = new AbortController();
    const dir = await mkdtemp(join(settings.tmp, 'lgtm-report-'));
    await symlink(join(root, 'node_modules'), join(dir, 'node_modules'));
    await mkdir(join(dir, 'specs'));
    const write = (name: string, text: string): Promise<void> => writeFile(join(dir, name), text);
    await write('package.json', '{ "type": "module" }');
    await write('specs/helpers.js', helpers);
    await write(
      'playwright.config.js',
      `export default {
        testDir: 'specs', workers: 1, reporter: [[${JSON.stringify(join(root, 'reports/verdict-reporter.ts'))}]],
        globalSetup: './setup.js',
      };`,
    );
    await write('setup.js', `export default (config) => { config.metadata.run = 'run-7'; };`);
    await use(async (files, ...args) => {
      for (const [name, text] of Object.entries(files)) await write(name, text);
      const cli = join(root, 'node_modules/@playwright/test/cli.js');
      const { exitCode, output } = await new Promise<Pick<Run, 'exitCode' | 'output'>>((resolve) => {
        execFile(
          process.execPath,
          [cli, 'test', ...args],
          {
            cwd: dir,
            env: { ...fullEnvironment(), LGTM_REPORTS: join(dir, 'reports') },
            signal: over.signal,
          },
          (error, stdout, stderr) => {
            resolve({ exitCode: error === null ? 0 : error.code, output: stdout + stderr });
          },
        );
      });
      const text = await readFile(join(dir, 'reports/verdicts.json'), 'utf8').catch(() => null);
      const file = text === null ? null : VerdictFile.parse(JSON.parse(text));
      return {
        exitCode,
        output,
        file,
        verdict: (id) => {
          const found = file?.verdicts.find((each) => each.id === id);
          return found === undefined ? 'none' : `${found.verdict}: ${found.reason}`;
        },
      };
    });
    over.abort();
    await rm(dir, { recursive: true, force: true });
  },
});

// Each test starts Playwright anew, and crashes cost a worker each.
test.describe.configure({ timeout: 180_000 });

test('every entry gets a verdict, and a green run is green', async ({ run }) => {
  const { exitCode, output, file, verdict } = await run(
    {
      'specs/a.spec.ts': spec(`
        test('a', { tag: '@AC-lgtm-001-01' }, ({}, info) => give(info, 'AC-lgtm-001-01', 'passed'));
        test('b', { tag: '@AC-lgtm-001-02' }, ({}, info) => give(info, 'AC-lgtm-001-02', 'passed'));`),
    },
    '--grep',
    'AC-lgtm-001-01',
  );
  expect(exitCode).toBe(0);
  expect(file).toMatchObject({ run: 'run-7', target: 'local' });
  expect(file?.verdicts).toHaveLength(32);
  expect(verdict('AC-lgtm-001-01')).toBe('passed: ');
  expect(verdict('AC-lgtm-001-02')).toBe('not-judged: not selected in this run');
  expect(verdict('AC-lgtm-001-03')).toBe('not-judged: no test yet');
  expect(output).toContain('1 passed, 0 failed, 0 broken, 31 not judged — target local, run run-7');
  expect(output).toContain('npx playwright test --grep AC-lgtm-001-01');
});

test('what a test attached is believed only as far as the test bears it out', async ({ run }) => {
  const { exitCode, output, verdict } = await run({
    'specs/a.spec.ts': spec(`
      const at = (id, body) => test(id, { tag: '@' + id }, body); // ids: @AC-lgtm-001-01 …
      at('AC-lgtm-001-01', async ({}, info) => {
        await give(info, 'AC-lgtm-001-01', 'failed', { reason: '3 lines missing' });
        throw new Error('AC-lgtm-001-01: 3 lines missing');
      });
      at('AC-lgtm-001-02', () => { throw new Error('\\x1b[31mloki\\x1b[39m is gone\\nsecond line'); });
      at('AC-lgtm-001-03', () => process.exit(7));
      at('AC-lgtm-001-04', () => {
        test.setTimeout(1500);
        return new Promise(() => {});
      });
      at('AC-lgtm-001-05', async ({}, info) => {
        await give(info, 'AC-lgtm-001-05', 'passed');
        throw new Error('teardown went wrong');
      });
      at('AC-lgtm-002-01', () => {});
      at('AC-lgtm-002-02', ({}, info) => give(info, 'AC-lgtm-002-02', 'green'));
      at('AC-lgtm-002-03', ({}, info) => give(info, 'AC-lgtm-002-04', 'passed'));
      at('AC-lgtm-002-05', async ({}, info) => {
        await give(info, 'AC-lgtm-002-05', 'passed');
        await give(info, 'AC-lgtm-002-05', 'passed');
      });
      at('AC-lgtm-003-01', () => test.skip(true, 'this target cannot'));
      at('AC-lgtm-003-02', async ({}, info) => {
        await give(info, 'AC-lgtm-003-02', 'not-judged', { reason: 'no way to cut S3 off' });
        test.skip();
      });
      at('AC-lgtm-003-03', ({}, info) => info.attach('verdict', { body: '{' }));`),
  });
  expect(exitCode).toBe(1);
  expect(verdict('AC-lgtm-001-01')).toBe('failed: 3 lines missing');
  expect(verdict('AC-lgtm-001-02')).toBe('broken: loki is gone');
  expect(verdict('AC-lgtm-001-03')).toMatch(/^broken: worker process exited unexpectedly/);
  expect(verdict('AC-lgtm-001-04')).toBe('broken: Test timeout of 1500ms exceeded.');
  expect(verdict('AC-lgtm-001-05')).toBe('broken: teardown went wrong');
  expect(verdict('AC-lgtm-002-01')).toBe('broken: the test ended as passed without a verdict');
  expect(verdict('AC-lgtm-002-02')).toMatch(/^broken: the attached verdict is invalid: verdict: /);
  expect(verdict('AC-lgtm-002-03')).toBe('broken: the attached verdict is on AC-lgtm-002-04');
  expect(verdict('AC-lgtm-002-05')).toBe('broken: the test attached 2 verdicts');
  expect(verdict('AC-lgtm-003-01')).toBe('not-judged: this target cannot');
  expect(verdict('AC-lgtm-003-02')).toBe('not-judged: no way to cut S3 off');
  expect(verdict('AC-lgtm-003-03')).toMatch(/^broken: the attached verdict is invalid/);
  expect(output).toContain('npx playwright test --grep AC-lgtm-001-01');
});

test('the timeline tells who waited for which lock', async ({ run }) => {
  const { output } = await run({
    'specs/a.spec.ts': spec(`
      test.describe.configure({ mode: 'serial' });
      const nothing = () => Promise.resolve();
      test('a', { tag: '@AC-lgtm-001-01' }, async ({}, info) => {
        await test.step('has loki (exclusive)', nothing);
        await give(info, 'AC-lgtm-001-01', 'passed');
      });
      test('b', { tag: '@AC-lgtm-001-02' }, async ({}, info) => {
        await test.step('around it', () =>
          test.step('waits for loki (shared)', () => new Promise((resolve) => setTimeout(resolve, 1100))));
        await give(info, 'AC-lgtm-001-02', 'passed');
      });`),
  });
  expect(output).toMatch(/AC-lgtm-001-02 {2}.*░.* waited 1 s for loki$/m);
});

test('a verdict that is red makes the run red, whatever the test says', async ({ run }) => {
  const { exitCode } = await run({
    'specs/a.spec.ts': spec(
      `test('a', { tag: '@AC-lgtm-001-01' }, ({}, info) => give(info, 'AC-lgtm-001-01', 'failed', { reason: 'r' }));`,
    ),
  });
  expect(exitCode).toBe(1);
});

test('one red among repetitions is red', async ({ run }) => {
  const { verdict } = await run(
    {
      'specs/a.spec.ts': spec(`
        test('a', { tag: '@AC-lgtm-001-01' }, ({}, info) =>
          give(info, 'AC-lgtm-001-01', info.repeatEachIndex === 1 ? 'failed' : 'passed'));`),
    },
    '--repeat-each=3',
  );
  expect(verdict('AC-lgtm-001-01')).toBe('failed: ');
});

test('a global set-up that fails breaks what was selected, and nothing else', async ({ run }) => {
  const { exitCode, output, verdict } = await run(
    {
      'setup.js': `export default () => { throw new Error('port 443 is taken — free it'); };`,
      'specs/a.spec.ts': spec(`
        test('a', { tag: '@AC-lgtm-001-01' }, ({}, info) => give(info, 'AC-lgtm-001-01', 'passed'));
        test('b', { tag: '@AC-lgtm-001-02' }, ({}, info) => give(info, 'AC-lgtm-001-02', 'passed'));`),
    },
    '--grep',
    'AC-lgtm-001-01',
  );
  expect(exitCode).toBe(1);
  expect(verdict('AC-lgtm-001-01')).toBe('broken: port 443 is taken — free it');
  expect(verdict('AC-lgtm-001-02')).toBe('not-judged: not selected in this run');
  expect(output).toContain('Outside the tests: port 443 is taken — free it');
});

test('a spec that does not load breaks every entry that has a test', async ({ run }) => {
  const { exitCode, verdict } = await run({
    'specs/a.spec.ts': spec(
      `test('a', { tag: '@AC-lgtm-001-01' }, ({}, info) => give(info, 'AC-lgtm-001-01', 'passed'));`,
    ),
    'specs/b.spec.ts': `throw new Error('no such thing');`,
  });
  expect(exitCode).toBe(1);
  expect(verdict('AC-lgtm-001-01')).toBe('broken: no such thing');
  expect(verdict('AC-lgtm-001-02')).toBe('not-judged: no test yet');
});

test('a selection that matches nothing is said plainly', async ({ run }) => {
  const { exitCode, output, file } = await run({ 'specs/a.spec.ts': spec('') }, '--grep', 'AC-lgtm-009');
  expect(exitCode).toBe(1);
  expect(output).toContain('No tests found');
  expect(output).toContain('Nothing was judged: select by an id of the matrix');
  expect(new Set(file?.verdicts.map(({ verdict }) => verdict))).toEqual(new Set(['not-judged']));
});

test('listing the tests writes and prints no verdicts', async ({ run }) => {
  const { exitCode, output, file } = await run(
    {
      'specs/a.spec.ts': spec(
        `test('a', { tag: '@AC-lgtm-001-01' }, ({}, info) => give(info, 'AC-lgtm-001-01', 'passed'));`,
      ),
    },
    '--list',
  );
  expect(exitCode).toBe(0);
  expect(file).toBeNull();
  expect(output).not.toContain('not judged');
});
