import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, request, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test as base } from '@playwright/test';
import { Broken } from '../fixtures/errors.ts';
import { poll } from '../fixtures/poll.ts';
import { root, settings } from '../fixtures/settings.ts';
import { ControlClient, ControlServer } from '../fixtures/stack/control.ts';
import { ReadWriteLock } from '../fixtures/stack/lock.ts';
import { readComponent } from '../fixtures/stack/manifests.ts';
import { PortBlock } from '../fixtures/stack/ports.ts';
import { ProcessRegister } from '../fixtures/stack/process.ts';
import { EgressProxy } from '../fixtures/stack/proxy.ts';
import { LocalWorkload, type WorkloadSpec } from '../fixtures/stack/workload.ts';
import { YamlFile } from '../fixtures/stack/yaml-file.ts';

const test = base.extend<{ folder: string; register: ProcessRegister }>({
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(settings.tmp, 'lgtm-test-'));
    await use(folder);
    await rm(folder, { recursive: true, force: true });
  },
  register: async ({ folder }, use) => {
    const register = new ProcessRegister(folder);
    await use(register);
    await register.close();
  },
});

async function listening(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test.describe('a workload', () => {
  const spec = (folder: string, script: string, more: Partial<WorkloadSpec> = {}): WorkloadSpec => ({
    name: 'toy',
    command: () => ({ path: process.execPath, args: ['-e', script], env: {} }),
    volume: join(folder, 'volume'),
    logs: join(folder, 'logs'),
    url: 'http://127.0.0.1:9',
    readiness: { url: 'http://127.0.0.1:9/ready', deadlineMs: 2_000 },
    gracePeriodMs: 300,
    ...more,
  });

  test('that exits before it is ready ends the wait at once, with command, code and log', async ({
    folder,
    register,
  }) => {
    const workload = new LocalWorkload(
      spec(folder, 'console.log("no such flag"); process.exit(3)', {
        readiness: { url: 'http://127.0.0.1:9/', deadlineMs: 60_000 },
      }),
      register,
    );
    const started = Date.now();
    await workload.start();
    const error = await workload.untilReady().then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(Broken);
    expect((error as Broken).message).toMatch(
      /toy exited with 3 before it was ready: .*node -e .*no such flag/s,
    );
    expect(Date.now() - started).toBeLessThan(10_000);
    await workload.stop();
  });

  test('that never gets ready is told after its deadline, with what was seen last', async ({
    folder,
    register,
  }) => {
    const workload = new LocalWorkload(spec(folder, 'setInterval(() => {}, 1000)'), register);
    await workload.start();
    await expect(workload.untilReady()).rejects.toThrow(
      /readiness of toy .*not within 2 s; last seen: .*ECONNREFUSED/,
    );
    await workload.stop();
  });

  test('that crashes is restarted as the kubelet does: at once, then after 10 s in CrashLoopBackOff', async ({
    folder,
    register,
  }) => {
    const workload = new LocalWorkload(spec(folder, 'console.log("crash"); process.exit(1)'), register);
    const started = Date.now();
    await workload.start();
    const look = (restarts: number) =>
      poll(
        async () => {
          const state = await workload.state();
          const there = state.reason === 'CrashLoopBackOff' && state.restartCount === restarts;
          return there ? { done: true, value: state } : { done: false, seen: JSON.stringify(state) };
        },
        { what: `restart ${restarts}`, deadlineMs: 20_000, everyMs: 20 },
      );
    const first = await look(1);
    expect(Date.now() - started, 'the first restart does not wait').toBeLessThan(5_000);
    expect(first.lastExit).toMatchObject({ code: 1, signal: null, reason: 'Error' });
    await look(2);
    expect(Date.now() - started, 'the second waits 10 s').toBeGreaterThan(10_000);
    await workload.stop();
    expect((await workload.logs()).match(/crash/g), 'each start has its log').toHaveLength(3);
  });

  test('that ignores SIGTERM is killed after its grace period; its volume can be lost', async ({
    folder,
    register,
  }) => {
    const http = createHttpServer((_, response) => response.end('ok'));
    const url = `http://127.0.0.1:${await listening(http)}`;
    const workload = new LocalWorkload(
      spec(folder, "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)", {
        url,
        readiness: { url, deadlineMs: 5_000 },
      }),
      register,
    );
    await workload.start();
    await writeFile(join(folder, 'volume', 'data'), 'x');
    await workload.restart();
    expect(await readFile(join(folder, 'volume', 'data'), 'utf8')).toBe('x');
    await workload.killAndLoseDisk();
    await expect(readFile(join(folder, 'volume', 'data'))).rejects.toThrow(/ENOENT/);
    expect(await workload.state()).toMatchObject({ state: 'running', ready: true, restartCount: 0 });
    await workload.stop();
    http.close();
  });
});

test('SIGKILL to the harness ends every process of its register, grandchildren included, within 5 s', async ({
  folder,
}) => {
  const script = `
    const { ProcessRegister } = await import(${JSON.stringify(join(root, 'fixtures/stack/process.ts'))});
    const register = new ProcessRegister(${JSON.stringify(folder)});
    for (let i = 0; i < 3; i++)
      register.start({ path: 'sh', args: ['-c', 'sleep 300 & echo $! >> pids; echo $$ >> pids; wait'],
        env: { PATH: process.env.PATH }, cwd: ${JSON.stringify(folder)} }, ${JSON.stringify(join(folder, 'log'))});
    setInterval(() => {}, 1000);`;
  const harness = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    cwd: root,
  });
  const pids = await poll(
    async () => {
      const text = await readFile(join(folder, 'pids'), 'utf8').catch(() => '');
      const found = text.trim().split('\n').map(Number);
      return found.length === 6 ? { done: true, value: found } : { done: false, seen: text };
    },
    { what: 'six processes', deadlineMs: 20_000 },
  );
  expect(pids.every(isAlive)).toBe(true);
  harness.kill('SIGKILL');
  await poll(
    () => {
      const alive = pids.filter(isAlive);
      return alive.length === 0 ? { done: true, value: undefined } : { done: false, seen: alive.join() };
    },
    { what: 'nothing left', deadlineMs: 5_000 },
  );
});

test('two port blocks do not overlap, and a port that somebody else has is left out', async () => {
  const anchors = [createHttpServer(), createHttpServer()] as const;
  const one = await PortBlock.claim(anchors[0]);
  const two = await PortBlock.claim(anchors[1]);
  expect(Math.abs(one.anchor - two.anchor)).toBeGreaterThanOrEqual(100);
  const first = await one.take();
  const foreign = createTcpServer();
  await new Promise<void>((resolve) => foreign.listen(first + 1, '127.0.0.1', resolve));
  expect(await one.take()).toBe(first + 2);
  for (const server of [...anchors, foreign]) server.close();
});

test.describe('the egress proxy', () => {
  test('forwards what it knows, refuses the rest, and records who asked', async ({ folder }) => {
    const upstream = createHttpServer((incoming, response) =>
      response.end(`for ${incoming.headers.host ?? ''}`),
    );
    const log = join(folder, 'proxy.jsonl');
    const proxy = new EgressProxy(log);
    const anchor = createTcpServer();
    const port = await listening(anchor);
    await new Promise((resolve) => anchor.close(resolve));
    await proxy.listen(port);
    proxy.route('s3.68cc.io:443', await listening(upstream));
    proxy.route('loki.monitoring.svc.cluster.local:3100', (upstream.address() as AddressInfo).port);
    const authorization = { 'proxy-authorization': `Basic ${Buffer.from('loki:').toString('base64')}` };

    const connect = async (target: string): Promise<number | undefined> => {
      const asked = request({
        host: '127.0.0.1',
        port,
        method: 'CONNECT',
        path: target,
        headers: authorization,
      });
      asked.end();
      const [response, socket] = (await Promise.race([once(asked, 'connect'), once(asked, 'response')])) as [
        { statusCode?: number },
        { destroy(): void } | undefined,
      ];
      socket?.destroy();
      asked.destroy();
      return response.statusCode;
    };
    expect(await connect('s3.68cc.io:443')).toBe(200);
    expect(await connect('example.com:443')).toBe(403);

    const get = async (url: string): Promise<string> => {
      const asked = request({
        host: '127.0.0.1',
        port,
        path: url,
        headers: { host: new URL(url).host },
      }).end();
      const [response] = (await once(asked, 'response')) as [AsyncIterable<Buffer>];
      let text = '';
      for await (const chunk of response) text += chunk.toString();
      return text;
    };
    expect(await get('http://loki.monitoring.svc.cluster.local:3100/ready')).toBe(
      'for loki.monitoring.svc.cluster.local:3100',
    );
    expect(await get('http://example.com/')).toContain('not a name this stack knows');
    await proxy.close();
    upstream.close();
    const lines = (await readFile(log, 'utf8')).trim().split('\n');
    const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(entries).toContainEqual(
      expect.objectContaining({ client: 'loki', target: 'example.com:443', decision: 'refused' }),
    );
    expect(entries).toContainEqual(
      expect.objectContaining({ client: 'loki', target: 's3.68cc.io:443', decision: 'forwarded' }),
    );
  });
});

test.describe('the lock', () => {
  test('lets readers in together and a writer alone, in the order they came', async () => {
    const lock = new ReadWriteLock();
    const order: string[] = [];
    const enter = (name: string, mode: 'shared' | 'exclusive') =>
      lock.acquire(mode).then((release) => {
        order.push(name);
        return release;
      });
    const [a, b] = await Promise.all([enter('a', 'shared'), enter('b', 'shared')]);
    const writer = enter('writer', 'exclusive');
    const late = enter('late', 'shared');
    a();
    a(); // giving back twice counts once
    await Promise.resolve();
    expect(order).toEqual(['a', 'b']);
    b();
    (await writer)();
    (await late)();
    expect(order).toEqual(['a', 'b', 'writer', 'late']);
  });
});

test.describe('the control', () => {
  test('answers calls, passes Broken on, refuses strangers and takes a dead borrower’s lease back', async () => {
    const control = new ControlServer();
    let released = 0;
    control.handle({
      calls: {
        double: (n: number) => Promise.resolve(2 * n),
        broken: () => Promise.reject(new Broken('no S3', 'start it')),
      },
      leases: {
        thing: () =>
          Promise.resolve({
            value: 'thing',
            release: () => {
              released++;
            },
          }),
      },
    });
    const port = await listening(control.server);
    const client = new ControlClient({ port, token: control.token });
    expect(await client.call('double', 21)).toBe(42);
    await expect(client.call('broken')).rejects.toThrow(Broken);
    await expect(client.call('nonsense')).rejects.toThrow(/the stack has no nonsense/);
    await expect(new ControlClient({ port, token: 'guess' }).call('double', 1)).rejects.toThrow(
      /the stack ended/,
    );

    const lease = await client.lease('thing');
    expect(lease.value).toBe('thing');
    await lease.release();
    await lease.release();
    expect(released).toBe(1);

    const script = `
      const { ControlClient } = await import(${JSON.stringify(join(root, 'fixtures/stack/control.ts'))});
      await new ControlClient(${JSON.stringify({ port, token: control.token })}).lease('thing');
      console.log('leased'); setInterval(() => {}, 1000);`;
    const borrower = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      cwd: root,
    });
    await once(borrower.stdout, 'data');
    expect(released).toBe(1);
    borrower.kill('SIGKILL');
    await poll(
      () => (released === 2 ? { done: true, value: undefined } : { done: false, seen: String(released) }),
      {
        what: 'the lease taken back',
        deadlineMs: 5_000,
      },
    );
    await control.close();
  });
});

test.describe('manifests', () => {
  test('a YAML error is told with file and line', async ({ folder }) => {
    const file = join(folder, 'helmrelease.yaml');
    await writeFile(file, 'spec:\n  values:\n    a: [1, 2\n');
    expect(() => new YamlFile(file)).toThrow(/helmrelease\.yaml:\d+: .* — correct the YAML/);
  });

  test('a missing key is told with file and the line of what should hold it', async ({ folder }) => {
    const file = join(folder, 'helmrelease.yaml');
    await writeFile(file, 'kind: HelmRelease\nspec:\n  values:\n    controllers: {}\n');
    expect(() => new YamlFile(file).list(['spec', 'values', 'controllers', 'loki', 'args'])).toThrow(
      /helmrelease\.yaml:4: missing key spec\.values\.controllers\.loki\.args/,
    );
  });

  test('a file that the kustomization names and that is not there is told by name', async ({ folder }) => {
    const app = join(folder, 'loki', 'app');
    await mkdir(app, { recursive: true });
    for (const name of ['kustomization.yaml', 'helmrelease.yaml'])
      await writeFile(join(app, name), await readFile(join(root, 'manifests/loki/app', name)));
    expect(() => readComponent(folder, 'loki')).toThrow(/config\/loki\.yaml/);
  });

  test('the shipped ones are read', () => {
    const manifest = readComponent(join(root, 'manifests'), 'loki');
    expect(manifest.secretEnv).toEqual({
      AWS_ACCESS_KEY_ID: 'AWS_ACCESS_KEY_ID',
      AWS_SECRET_ACCESS_KEY: 'AWS_SECRET_ACCESS_KEY',
    });
    expect(manifest.bucket.bucket.Bucket).toBe('loki-chunks');
  });
});
