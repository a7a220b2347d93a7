import { symlink, unlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { poll } from '../../fixtures/poll.ts';
import { provideStackPrograms } from '../../fixtures/programs.ts';
import { ControlClient } from '../../fixtures/stack/control.ts';
import type { StackDescription } from '../../fixtures/stack/description.ts';
import type { WorkloadState } from '../../fixtures/target/target.ts';
import { describedIn, expect, quick, slow, test } from './harness.ts';
import { processesWith } from './processes.ts';

test.describe.configure({ timeout: 180_000 });

test('ports that somebody else has are left out', async ({ folder, judge, verdicts, runs }) => {
  const foreign = new Map<number, Server>();
  try {
    // A block that another run gave back in between has no foreign port: then this run showed nothing.
    for (let met = false; !met;) {
      for (let block = 20_000; block < 32_000; block += 100)
        if (!(await answers(block))) for (const port of [block + 1, block + 3]) await occupy(port, foreign);
      const earlier = await runs();
      const command = judge(quick);
      expect(await command.ended, command.output).toBe(0);
      expect((await verdicts())?.of(quick)).toBe('passed: ');
      const [run = ''] = (await runs()).filter((name) => !earlier.includes(name));
      const { control } = await describedIn(join(folder, 'runs', run));
      met = foreign.has(control.port + 1) && foreign.has(control.port + 3);
    }
  } finally {
    for (const server of foreign.values()) server.close();
  }
});

/** A run holds the first port of its block; the ports of others' runs are left alone. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => {
      resolve(false);
    });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** Listens on a port, unless somebody does already. */
function occupy(port: number, foreign: Map<number, Server>): Promise<void> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve();
    });
    server.listen(port, '127.0.0.1', () => {
      foreign.set(port, server);
      resolve();
    });
  });
}

test('what is gone from the start breaks the verdict, and never passes or fails it', async ({
  folder,
  programs,
  stack,
  judge,
  verdicts,
}) => {
  // Started through links, the programs cannot come back once their link is gone.
  const link = (name: 'loki' | 'minio' | 'grafana'): string => join(folder, name);
  for (const name of ['loki', 'minio', 'grafana'] as const) await symlink(programs[name] ?? '', link(name));
  const { run, control } = await stack({
    programs: { loki: link('loki'), minio: link('minio'), grafana: link('grafana') },
  });
  const lose = async (name: 'loki' | 'minio' | 'grafana'): Promise<void> => {
    await unlink(link(name));
    for (const { pid, commandLine } of await processesWith(folder))
      if (commandLine.startsWith(link(name))) process.kill(-pid, 'SIGKILL');
    await untilCrashLooping(control, name);
  };
  const judged = async (criteria: string): Promise<string[]> => {
    const command = judge(criteria, { LGTM_STACK: run.dir });
    expect(await command.ended, command.output).toBe(1);
    const written = await verdicts();
    expect(written?.judged).toEqual([quick, slow].filter((id) => id.match(criteria)));
    return written?.judged.map(written.of) ?? [];
  };

  await lose('grafana');
  expect(await judged(quick)).toEqual([
    expect.stringMatching(/^broken: grafana is not ready \(CrashLoopBackOff\) — see .*\/logs\/grafana$/),
  ]);
  await lose('loki');
  expect(await judged(quick)).toEqual([
    expect.stringMatching(/^broken: loki is not ready \(CrashLoopBackOff\) — see .*\/logs\/loki$/),
  ]);
  await lose('minio');
  const noStore = /^broken: S3 at https:\/\/s3\.68cc\.io did not answer: .*ECONNREFUSED.* — see that it runs/;
  expect(await judged('AC-lgtm-001-0[14]')).toEqual([
    expect.stringMatching(noStore),
    expect.stringMatching(noStore),
  ]);
});

async function untilCrashLooping(control: StackDescription['control'], name: string): Promise<void> {
  const client = new ControlClient(control);
  await poll(
    async () => {
      const { reason } = (await client.call('state', name)) as WorkloadState;
      const seen = String(reason);
      return seen === 'CrashLoopBackOff' ? { done: true, value: undefined } : { done: false, seen };
    },
    { what: `${name} in CrashLoopBackOff`, deadlineMs: 20_000, everyMs: 100 },
  );
}

const faults = [
  {
    what: 'a component that does not start',
    components: ['tempo'],
    file: 'tempo/app/config/tempo.yaml',
    from: 'server:\n',
    to: 'server:\n  no_such_setting: 1\n',
    green: ['AC-lgtm-001-01'],
    broken: 'AC-lgtm-002-01',
    reason: /^broken: tempo exited with 1 before it was ready: .* — its log is in .*logs\/tempo/,
  },
  {
    what: 'a component that cannot make its bucket',
    components: ['tempo'],
    file: 'tempo/app/bucket/lifecycle.json',
    from: '"Days": 30',
    to: '"Days": -1',
    green: ['AC-lgtm-001-01'],
    broken: 'AC-lgtm-002-01',
    reason: /^broken: .*(Expiration|XML|lifecycle).* — see .*logs\/tempo$/i,
  },
  {
    what: 'a Prometheus that cannot reach Mimir',
    components: ['tempo', 'mimir'],
    file: 'kube-prometheus-stack/remote-write.yaml',
    from: 'http://mimir.monitoring',
    to: 'http://nobody.monitoring',
    green: ['AC-lgtm-001-01', 'AC-lgtm-002-01'],
    broken: 'AC-lgtm-003-01',
    reason:
      /^broken: prometheus cannot reach http:\/\/nobody\.monitoring\.svc\.cluster\.local:8080: 403 .* — see the proxy's log/,
  },
] as const;
for (const { what, components, file, from, to, green, broken, reason } of faults)
  test(`${what} breaks its own criteria and no others`, async ({ mutated, stack, judge, verdicts }) => {
    const { run } = await stack({
      manifests: await mutated(file, from, to),
      programs: await provideStackPrograms(components, () => {}),
    });
    const command = judge([...green, broken].join('|'), { LGTM_STACK: run.dir });
    expect(await command.ended, command.output).toBe(1);
    const written = await verdicts();
    for (const id of green) expect(written?.of(id)).toBe('passed: ');
    expect(written?.of(broken)).toMatch(reason);
  });

test('a disk that fills up while it is judged breaks the verdict, and the stack still ends in good order', async ({
  disk,
  stack,
  judge,
  verdicts,
}) => {
  const small = await disk(4.3e9);
  const { run } = await stack({ runs: small.path });
  const judging = judge('AC-lgtm-001-02', { LGTM_STACK: run.dir });
  await judging.says('lines in');
  await small.fill();
  expect(await judging.ended).not.toBe(0);
  expect((await verdicts())?.of('AC-lgtm-001-02')).toMatch(
    /^broken: the disk of \S+ is full \(.* MB free\) — free some space/,
  );
});
