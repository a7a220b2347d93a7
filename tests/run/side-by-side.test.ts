import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ControlClient } from '../../fixtures/stack/control.ts';
import type { WorkloadState } from '../../fixtures/target/target.ts';
import { describedIn, expect, quick, slow, test } from './harness.ts';

test.describe.configure({ timeout: 180_000 });

test('a second run keeps its hands off the report of the first; with a report of its own it runs beside it', async ({
  folder,
  judge,
  verdicts,
  runs,
}) => {
  const first = judge(slow);
  await first.says('Running 1 test');
  const [firstRun = ''] = await runs();
  const report = (): Promise<string[]> => readdir(join(folder, 'reports'), { recursive: true });
  const before = await report();

  const own = join(folder, 'own');
  const beside = judge(quick, { LGTM_REPORTS: own });
  const second = judge(quick);
  expect(await second.ended).toBe(1);
  expect(second.output).toContain(
    `another run is writing its report to ${folder}/reports — wait for it, or set LGTM_REPORTS to a folder of its own`,
  );
  expect(await report(), 'the refused run wrote nothing').toEqual(before);
  expect(await beside.ended, beside.output).toBe(0);
  expect((await verdicts(own))?.of(quick)).toBe('passed: ');

  expect(await first.ended, first.output).toBe(0);
  const written = await verdicts();
  expect(written?.judged).toEqual([slow]);
  expect(written?.run).toBe(firstRun);
});

test('a stack to work by hand can be judged, and stands afterwards', async ({
  folder,
  script,
  judge,
  runs,
}) => {
  const stack = await script('stack');
  await stack.says('Stop it:    Ctrl-C');
  const [run = ''] = await runs();
  const dir = join(folder, 'runs', run);
  const command = judge(quick, { LGTM_STACK: dir });
  expect(await command.ended, command.output).toBe(0);
  expect(await runs(), 'no other stack was started').toEqual([run]);
  for (const { state, ready } of await states(dir))
    expect({ state, ready }).toEqual({ state: 'running', ready: true });
  stack.interrupt();
  expect(await stack.ended, stack.output).toBe(0);
});

/** How the programs of a running stack are. */
async function states(run: string): Promise<WorkloadState[]> {
  const client = new ControlClient((await describedIn(run)).control);
  return Promise.all(
    ['minio', 'loki', 'grafana'].map(async (name) => (await client.call('state', name)) as WorkloadState),
  );
}
