import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, quick, test } from './harness.ts';

test.describe.configure({ timeout: 120_000 });

/** Makes every look-up of a name fail, as without a network. */
const noNetwork = `--import=data:text/javascript,${encodeURIComponent(`
  import dns from 'node:dns';
  dns.lookup = (name, options, callback) =>
    callback(Object.assign(new Error('getaddrinfo ENOTFOUND ' + name), { code: 'ENOTFOUND' }));`)}`;

test('without Go and without a network, what was selected is broken within seconds', async ({
  folder,
  judge,
  verdicts,
  runs,
}) => {
  const command = judge(quick, {
    PATH: folder,
    NODE_OPTIONS: noNetwork,
    LGTM_CACHE: join(folder, 'cache'),
    LGTM_PROGRAM_LOKI: undefined,
    LGTM_PROGRAM_MINIO: undefined,
    LGTM_PROGRAM_GRAFANA: undefined,
  });
  expect(await command.ended).toBe(1);
  const sentence =
    /(loki|minio|grafana): no official download \(.* ENOTFOUND .*\), and no build: Go is not on the PATH — install Go .* or newer, or name a \1 of your own with LGTM_PROGRAM_/;
  expect(command.output).toMatch(sentence);
  const written = await verdicts();
  expect(written?.durationMs).toBeLessThan(30_000);
  expect(written?.judged).toEqual([quick]);
  expect(written?.of(quick)).toMatch(new RegExp(`^broken: ${sentence.source}`));
  expect(written?.of('AC-lgtm-001-04')).toBe('not-judged: not selected in this run');
  expect(await runs()).toEqual([]);
});

for (const target of ['cluster', 'nonsense'])
  test(`LGTM_TARGET=${target} is no target`, async ({ judge, verdicts, runs }) => {
    const command = judge(quick, { LGTM_TARGET: target });
    expect(await command.ended).toBe(1);
    const sentence = `LGTM_TARGET is '${target}', which is not a target — use 'local' or leave it unset`;
    expect(command.output).toContain(sentence);
    const written = await verdicts();
    expect(written?.judged).toEqual([quick]);
    expect(written?.of(quick)).toBe(`broken: ${sentence}`);
    expect(await runs()).toEqual([]);
  });

test('LGTM_STACK that names no stack is told with the folder', async ({ folder, judge, verdicts }) => {
  const command = judge(quick, { LGTM_STACK: join(folder, 'nowhere') });
  expect(await command.ended).toBe(1);
  expect((await verdicts())?.of(quick)).toMatch(
    /^broken: no stack in .*nowhere: ENOENT.* — start one with npm run stack and use the folder it names$/,
  );
});

test('--grep that matches nothing says so and starts nothing', async ({ judge, verdicts, runs }) => {
  const command = judge('AC-lgtm-009');
  expect(await command.ended).toBe(1);
  expect(command.output).toContain('No tests found');
  expect(command.output).toContain(
    'Nothing was judged: select by an id of the matrix, e.g. npx playwright test --grep AC-lgtm-001-02',
  );
  expect((await verdicts())?.judged).toEqual([]);
  expect(await runs(), 'no stack was started').toEqual([]);
});

test('a run folder on a disk that is too small breaks what was selected', async ({
  disk,
  judge,
  verdicts,
}) => {
  const { path } = await disk(64e6);
  const command = judge(quick, { LGTM_RUNS: path });
  expect(await command.ended).toBe(1);
  expect((await verdicts())?.of(quick)).toBe(
    `broken: only 0.1 GB free below ${path}; a run needs 4 — free some space, or set LGTM_RUNS to a folder on a larger disk`,
  );
});

test('a run folder that cannot be made breaks what was selected', async ({ judge, verdicts }) => {
  // Where not even root can make one.
  const command = judge(quick, { LGTM_RUNS: '/sys/runs' });
  expect(await command.ended).toBe(1);
  expect((await verdicts())?.of(quick)).toMatch(
    /^broken: cannot make the run folder: E\w+: .* — set LGTM_RUNS to a folder that can be written$/,
  );
});

for (const program of ['loki', 'minio'])
  test(`a ${program} that exits at once is told with command, exit code and log`, async ({
    folder,
    judge,
    verdicts,
  }) => {
    const fake = join(folder, program);
    await writeFile(fake, '#!/bin/sh\necho this licence has expired\nexit 3\n');
    await chmod(fake, 0o755);
    const command = judge(quick, { [`LGTM_PROGRAM_${program.toUpperCase()}`]: fake });
    expect(await command.ended).toBe(1);
    expect(command.output).toContain('this licence has expired');
    const written = await verdicts();
    expect(written?.judged).toEqual([quick]);
    expect(written?.of(quick)).toMatch(
      new RegExp(
        `^broken: ${program} exited with 3 before it was ready: ${fake} .* — its log is in ${folder}/runs/`,
      ),
    );
  });

test('manifests with a fault are told with file and line before anything runs', async ({
  mutated,
  stack,
  runs,
}) => {
  const release = 'loki/app/helmrelease.yaml';
  const noYaml = await mutated(release, 'spec:\n', 'spec: {\n');
  await expect(stack({ manifests: noYaml })).rejects.toThrow(
    /^\S*helmrelease\.yaml:\d+: .* — correct the YAML$/,
  );
  const keyless = await mutated(release, /^( +)args:$/m, '$1arguments:');
  await expect(stack({ manifests: keyless })).rejects.toThrow(
    /^\S*helmrelease\.yaml:\d+: missing key \S+\.args — /,
  );
  expect(await runs()).toEqual([]);
});
