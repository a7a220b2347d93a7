import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, quick, slow, test, type Command } from './harness.ts';
import { processesWith, untilNoneWith } from './processes.ts';

test.describe.configure({ timeout: 180_000 });

const booting = 'Starting minio, loki, grafana';
const judging = 'The stack is ready after';
const standing = 'Stop it:    Ctrl-C';

/** What a command that has just ended left running, but for the guardian, which sees to it that this is nothing. */
async function leftBy(folder: string): Promise<string[]> {
  const left = await processesWith(folder);
  return left
    .map(({ commandLine }) => commandLine)
    .filter((line) => !/guardian\.sh|^cat$|^sleep /.test(line));
}

/** Process ids of the programs that the run's register names; each leads a group of its own. */
async function registered(folder: string, run: string): Promise<number[]> {
  const register = await readFile(join(folder, 'runs', run, 'processes'), 'utf8');
  return [...register.matchAll(/^\+ (\d+)$/gm)].map(([, pid]) => Number(pid));
}

async function expectGreen(command: Command): Promise<void> {
  expect(await command.ended, command.output).toBe(0);
  expect(command.output).toContain('1 passed, 0 failed, 0 broken');
}

for (const { title, at, times } of [
  { title: 'while the stack boots', at: booting, times: 2 },
  { title: 'while it judges', at: judging, times: 1 },
])
  test(`Ctrl-C ${title} leaves nothing, and the same command works right after`, async ({
    folder,
    judge,
    verdicts,
  }) => {
    const command = judge(quick);
    await command.says(at);
    command.interrupt();
    expect(await command.ended, command.output).toBe(130);
    expect(await leftBy(folder)).toEqual([]);
    expect((await verdicts())?.of(quick)).not.toContain('failed');
    for (let time = 0; time < times; time++) await expectGreen(judge(quick));
  });

test('SIGKILL while it judges leaves nothing after 5 s, and the same command works right after', async ({
  folder,
  judge,
  runs,
}) => {
  const command = judge(slow);
  await command.says('Running 1 test');
  const [run = ''] = await runs();
  const pids = await registered(folder, run);
  expect(pids.length).toBeGreaterThanOrEqual(3);
  expect((await processesWith(folder)).map(({ pid }) => pid)).toEqual(expect.arrayContaining(pids));
  command.kill();
  await untilNoneWith(folder, 5_000);
  expect(await command.ended).toBe(-1);
  await expectGreen(judge(quick));
});

test('a stack to work by hand ends with Ctrl-C, clean', async ({ folder, script, runs }) => {
  const command = await script('stack');
  await command.says(standing);
  command.interrupt();
  expect(await command.ended, command.output).toBe(0);
  expect(await leftBy(folder)).toEqual([]);
  const [run = ''] = await runs();
  await expect(readFile(join(folder, 'runs', run, 'logs/loki/0.log'), 'utf8')).resolves.not.toBe('');
});

test('a stack to work by hand that is interrupted while it boots leaves nothing', async ({
  folder,
  script,
  runs,
}) => {
  const command = await script('stack');
  await expect.poll(async () => (await runs()).length, { timeout: 30_000 }).toBe(1);
  command.interrupt();
  expect(await command.ended).toBe(1);
  expect(command.output).toContain('interrupted');
  expect(await leftBy(folder)).toEqual([]);
});

test('SIGKILL to a stack to work by hand leaves nothing after 5 s', async ({ folder, script }) => {
  const command = await script('stack');
  await command.says(standing);
  command.kill();
  await untilNoneWith(folder, 5_000);
});
