import { join } from 'node:path';
import { expect, test } from './harness.ts';

test('npm run stack -- --help tells what it does and starts nothing', async ({ script, runs }) => {
  const command = await script('stack', ['--help']);
  expect(await command.ended).toBe(0);
  expect(command.output).toMatch(
    /^npm run stack: .*\n[^]*LGTM_STACK=<run folder> npm run accept[^]*LGTM_KEEP=1/,
  );
  expect(await runs()).toEqual([]);
});

test('npm run doctor names every program and every need, and says what is missing', async ({
  folder,
  programs,
  script,
}) => {
  const [there, absent] = await Promise.all([
    script('doctor'),
    script('doctor', [], {
      PATH: folder,
      LGTM_CACHE: join(folder, 'cache'),
      LGTM_PROGRAM_LOKI: join(folder, 'no-loki'),
    }),
  ]);
  const code = await there.ended;
  expect(there.output).toMatch(new RegExp(`loki +unknown +named path +${programs.loki}\n`));
  for (const need of ['Node', 'Go', 'C compiler', 'Chromium', 'cache', 'runs', 'memory', 'ports'])
    expect(there.output).toMatch(new RegExp(`^ +${need} +(ok|MISSING|optional) `, 'm'));
  expect(code).toBe(there.output.includes('MISSING') ? 1 : 0);

  expect(await absent.ended).toBe(1);
  expect(absent.output).toContain(`the named path ${folder}/no-loki does not exist`);
});

test('npm run accept takes --outage, wherever it stands', async ({ script }) => {
  for (const args of [
    ['--outage', '5', '--list'],
    ['--list', '--outage=5'],
  ]) {
    const command = await script('accept', [...args, '--grep', 'AC-lgtm-003-04']);
    expect(await command.ended, command.output).toBe(0);
    expect(command.output).toContain('Total: 1 test in 1 file');
  }
});
