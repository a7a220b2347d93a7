import { execFileSync, spawn } from 'node:child_process';
import { chmod, mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { create as tar } from 'tar';
import { fullEnvironment, root } from '../fixtures/settings.ts';
import { poll } from '../fixtures/poll.ts';
import type { Pin } from '../programs/pin.ts';
import { provideAll } from '../programs/provide.ts';
import { expect, released, sha256, test } from './programs/fixtures.ts';
import { endlessGo, environmentWithGo, isAlive, loggingGo, pidsIn, writeRecipe } from './programs/go.ts';
import type { Site } from './programs/site.ts';
import { zipOf } from './programs/zip.ts';

const says = (path: string): string => execFileSync(path, { encoding: 'utf8' });

/** The message of what a promise rejects with; it must be one line. */
async function rejection(promise: Promise<unknown>): Promise<string> {
  const thrown: unknown = await promise.then(
    () => 'nothing was thrown',
    (reason: unknown) => reason,
  );
  expect(thrown).toBeInstanceOf(Error);
  const { message } = thrown as Error;
  expect(message).not.toContain('\n');
  return message;
}

async function allGone(pids: readonly number[]): Promise<void> {
  await poll(
    () => {
      const left = pids.filter(isAlive);
      return left.length === 0
        ? { done: true, value: null }
        : { done: false, seen: `alive: ${left.join(' ')}` };
    },
    { what: 'processes to end', deadlineMs: 5000, everyMs: 50 },
  );
}

async function started(pids: string): Promise<number[]> {
  return poll(
    async () => {
      const found = await pidsIn(pids);
      return found.length > 0 ? { done: true, value: found } : { done: false, seen: 'no build yet' };
    },
    { what: 'the build to start', deadlineMs: 20_000, everyMs: 50 },
  );
}

test.describe('official release', () => {
  test('a bare executable is verified, kept, and taken from the cache the next time', async ({
    site,
    pinOf,
    provided,
    leftovers,
  }) => {
    const first = await provided(pinOf('prog'));
    expect(first).toMatchObject({
      source: 'release',
      version: '2.0.0',
      from: `${site.url}/program`,
      home: null,
    });
    expect(says(first.path)).toBe('released');
    const second = await provided(pinOf('prog'));
    expect(second).toEqual({ ...first, source: 'cache' });
    expect(site.asked).toEqual(['/program']);
    expect(await leftovers()).toHaveLength(1);
  });

  test('one file is taken out of a zip', async ({ site, pinOf, provided }) => {
    const body = zipOf('prog-linux-amd64', released);
    site.answers.set('/program', { body });
    const pin = pinOf('prog', {
      archive: { kind: 'zip', take: 'prog-linux-amd64' },
      checksum: { sha256: sha256(body) },
    });
    expect(says((await provided(pin)).path)).toBe('released');
  });

  test('a whole folder is taken out of a tar.gz', async ({ scratch, site, pinOf, provided }) => {
    await mkdir(join(scratch, 'prog-2.0.0/bin'), { recursive: true });
    await mkdir(join(scratch, 'prog-2.0.0/conf'));
    await writeFile(join(scratch, 'prog-2.0.0/bin/prog'), released, { mode: 0o755 });
    await writeFile(join(scratch, 'prog-2.0.0/conf/defaults.ini'), 'x = 1');
    await tar({ gzip: true, cwd: scratch, file: join(scratch, 'prog.tar.gz') }, ['prog-2.0.0']);
    const body = await readFile(join(scratch, 'prog.tar.gz'));
    site.answers.set('/program', { body });
    const program = await provided(
      pinOf('prog', {
        archive: { kind: 'tar.gz', take: 'prog-2.0.0' },
        checksum: { sha256: sha256(body) },
        home: { executable: 'bin/prog', needs: ['conf'] },
      }),
    );
    expect(says(program.path)).toBe('released');
    expect(program.path).toBe(join(program.home ?? '', 'bin/prog'));
    expect(await readFile(join(program.home ?? '', 'conf/defaults.ini'), 'utf8')).toBe('x = 1');
  });

  test('a download without the pinned member is refused', async ({ site, pinOf, provided, leftovers }) => {
    const body = zipOf('something-else', released);
    site.answers.set('/program', { body });
    const pin = pinOf('prog', { archive: { kind: 'zip', take: 'prog' }, checksum: { sha256: sha256(body) } });
    expect(await rejection(provided(pin))).toMatch(/does not hold prog as pinned.* — correct its entry/);
    expect(await leftovers()).toEqual([]);
  });

  test('a truncated download is refused', async ({ site, pinOf, provided, leftovers }) => {
    site.answers.set('/program', { body: released, cutAfter: 10 });
    expect(await rejection(provided(pinOf('prog')))).toMatch(/^prog: .* is truncated .* — run again/);
    expect(await leftovers()).toEqual([]);
  });

  test('an altered download is refused', async ({ site, pinOf, provided, leftovers }) => {
    site.answers.set('/program', { body: Buffer.concat([released, Buffer.from('#')]) });
    expect(await rejection(provided(pinOf('prog')))).toMatch(/^prog: .* is altered .* — run again/);
    expect(await leftovers()).toEqual([]);
  });

  for (const [kind, text] of [
    ['lines', `${'0'.repeat(64)}  other\n${sha256(released)} *program\n`],
    ['one bare hash', sha256(released)],
  ] as const)
    test(`without a known hash, the publisher's checksum file decides: ${kind}`, async ({
      site,
      pinOf,
      provided,
    }) => {
      site.answers.set('/sums', { body: text });
      const pin = pinOf('prog', { checksum: { file: `${site.url}/sums`, reason: 'a test' } });
      expect((await provided(pin)).source).toBe('release');
    });

  test('a download that the checksum file contradicts is refused', async ({ site, pinOf, provided }) => {
    site.answers.set('/sums', { body: `${'0'.repeat(64)}  program` });
    const pin = pinOf('prog', { checksum: { file: `${site.url}/sums`, reason: 'a test' } });
    expect(await rejection(provided(pin))).toContain('is altered');
  });

  test('what no checksum file vouches for is not even downloaded', async ({
    site,
    pinOf,
    provided,
    lines,
  }) => {
    site.answers.set('/sums', { body: `${sha256(released)}  other` });
    const pin = pinOf('prog', { checksum: { file: `${site.url}/sums`, reason: 'a test' } });
    expect((await provided(pin)).source).toBe('build');
    expect(site.asked).toEqual(['/sums']);
    expect(lines).toContainEqual(
      expect.stringMatching(/no sha256 of program.* — building 1\.0\.0 from source/),
    );
  });

  test('a full disk is named as such', async ({ scratch, site, pinOf, provided }) => {
    const small = join(scratch, 'small');
    await mkdir(small);
    const mounted = await mountSmall(small);

    test.skip(!mounted, 'a small file system cannot be mounted here');
    try {
      const body = Buffer.alloc(3_000_000);
      site.answers.set('/program', { body });
      const pin = pinOf('prog', { checksum: { sha256: sha256(body) } });
      const message = await rejection(provided(pin, { cacheDir: small }));
      expect(message).toBe(
        `prog: no space left in ${small} — free about 4 GB there, or name another folder with LGTM_CACHE`,
      );
      expect(execFileSync('find', [small, '-type', 'f'], { encoding: 'utf8' })).toBe('');
    } finally {
      execFileSync('umount', [small]);
    }
  });
});

async function mountSmall(folder: string): Promise<boolean> {
  const mount = spawn('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
  return new Promise((resolve) => {
    mount.once('error', () => {
      resolve(false);
    });
    mount.once('exit', (code) => {
      resolve(code === 0);
    });
  });
}

test.describe('build from source', () => {
  const unavailable: [string, (site: Site) => Promise<void> | void, RegExp][] = [
    [
      'is not there',
      (site) => {
        site.answers.clear();
      },
      /HTTP 404/,
    ],
    ['cannot be reached', (site) => site.close(), /ECONNREFUSED/],
  ];
  for (const [what, arrange, cause] of unavailable)
    test(`takes over when the release ${what}`, async ({ site, pinOf, provided, lines }) => {
      await arrange(site);
      const program = await provided(pinOf('prog'));
      expect(program).toMatchObject({ source: 'build', version: '1.0.0' });
      expect(program.from).toMatch(/^built from example\.test\/program@v1\.0\.0 with go1\./);
      expect(says(program.path)).toBe('built');
      const notice = lines.filter((line) => line.includes('building 1.0.0 from source'));
      expect(notice).toHaveLength(1);
      expect(notice[0]).toMatch(cause);
    });

  test('is used from the cache without trying the download again', async ({ site, pinOf, provided }) => {
    site.answers.clear();
    const first = await provided(pinOf('prog'));
    expect(await provided(pinOf('prog'))).toEqual({ ...first, source: 'cache' });
    expect(site.asked).toEqual(['/program']);
  });

  test('without Go says both causes and what to do', async ({ site, pinOf, provided, leftovers }) => {
    await site.close();
    const message = await rejection(provided(pinOf('prog'), { environment: { PATH: '' } }));
    expect(message).toMatch(
      /^prog: no official download \(.*ECONNREFUSED.*\), and no build: Go is not on the PATH/,
    );
    expect(message).toMatch(
      / — install Go 1\.21 or newer, or name a prog of your own with LGTM_PROGRAM_PROG$/,
    );
    expect(await leftovers()).toEqual([]);
  });

  test('with too old a Go says so', async ({ scratch, site, pinOf, provided }) => {
    site.answers.clear();
    const environment = await environmentWithGo(join(scratch, 'bin'), 'echo go version go1.9.7 linux/amd64');
    expect(await rejection(provided(pinOf('prog'), { environment }))).toMatch(
      /Go is too old \(go version go1\.9\.7 linux\/amd64; 1\.21 is needed\) — install Go 1\.21/,
    );
  });

  test('that fails shows the last of what Go said', async ({ scratch, site, pinOf, provided, leftovers }) => {
    site.answers.clear();
    const recipe = await writeRecipe(join(scratch, 'broken'), 'package main\n\nfunc main() { nonsense() }\n');
    const message = await rejection(provided(pinOf('prog', { recipe })));
    expect(message).toMatch(/go build ended with 1: .*undefined: nonsense/);
    expect(await leftovers()).toEqual([]);
  });

  test('of two runs at once is one build', async ({ scratch, site, pinOf, provided, lines }) => {
    site.answers.clear();
    const log = join(scratch, 'builds');
    const environment = await environmentWithGo(join(scratch, 'bin'), loggingGo(log));
    const both = await Promise.all([1, 2].map(() => provided(pinOf('prog'), { environment })));
    expect(both.map((program) => program.source).sort()).toEqual(['build', 'cache']);
    expect(await readFile(log, 'utf8')).toBe('start\nend\n');
    expect(lines).toContainEqual(expect.stringContaining('waiting for another run'));
  });

  test('whose run was killed ends with it and blocks nobody', async ({
    scratch,
    site,
    cacheDir,
    pinOf,
    provided,
    leftovers,
  }) => {
    site.answers.clear();
    const pids = join(scratch, 'pids');
    const environment = await environmentWithGo(join(scratch, 'bin'), endlessGo(pids));
    const builder = join(root, 'tests/programs/builder.ts');
    const pin = pinOf('prog');
    const run = spawn(process.execPath, ['--import', 'tsx', builder, cacheDir, JSON.stringify(pin)], {
      cwd: root,
      env: environment,
      stdio: 'ignore',
    });
    const building = await started(pids);
    run.kill('SIGKILL');
    await allGone(building);
    expect((await provided(pin)).source).toBe('build');
    expect(await leftovers()).toEqual([expect.stringContaining('1.0.0-build')]);
  });

  test('that is aborted leaves no process and no half program', async ({
    scratch,
    site,
    pinOf,
    provided,
    leftovers,
  }) => {
    site.answers.clear();
    const pids = join(scratch, 'pids');
    const environment = await environmentWithGo(join(scratch, 'bin'), endlessGo(pids));
    const abort = new AbortController();
    const aborted = rejection(provided(pinOf('prog'), { environment, signal: abort.signal }));
    const building = await started(pids);
    abort.abort(new Error('Ctrl-C'));
    expect(await aborted).toBe('Ctrl-C');
    await allGone(building);
    expect(await leftovers()).toEqual([]);
    // The lock is free again.
    expect((await provided(pinOf('prog'))).source).toBe('build');
  });
});

test.describe('cache', () => {
  const damages: [string, (path: string) => Promise<void>][] = [
    ['altered', (path) => writeFile(path, Buffer.from(released).reverse())],
    ['cut short', (path) => truncate(path, 5)],
    ['without a manifest', (path) => writeFile(join(dirname(path), 'manifest.json'), '{')],
  ];
  for (const [what, damage] of damages)
    test(`an entry that is ${what} is named, removed and provided anew`, async ({
      pinOf,
      provided,
      lines,
    }) => {
      const { path } = await provided(pinOf('prog'));
      await damage(path);
      lines.length = 0;
      expect((await provided(pinOf('prog'))).source).toBe('release');
      expect(says(path)).toBe('released');
      expect(lines.filter((line) => line.includes('corrupt'))).toEqual([
        expect.stringMatching(/^prog: the cache entry .* is corrupt \(.+\) — removed, provided anew$/),
      ]);
    });

  test('that cannot be written is named', async ({ scratch, pinOf, provided }) => {
    const file = join(scratch, 'a-file');
    await writeFile(file, '');
    expect(await rejection(provided(pinOf('prog'), { cacheDir: file }))).toMatch(
      /^prog: cannot use the cache \(.*ENOTDIR.* — see to that folder/,
    );
  });
});

test.describe('named path', () => {
  test('is used as it is', async ({ scratch, site, pinOf, provided }) => {
    const namedPath = join(scratch, 'mine');
    await writeFile(namedPath, released, { mode: 0o755 });
    expect(await provided(pinOf('prog'), { namedPath })).toEqual({
      name: 'prog',
      path: namedPath,
      home: null,
      version: 'unknown',
      source: 'named path',
      from: namedPath,
    });
    expect(site.asked).toEqual([]);
  });

  test('that does not exist, is a folder or is not executable is refused', async ({
    scratch,
    site,
    pinOf,
    provided,
  }) => {
    const file = join(scratch, 'text');
    await writeFile(file, 'text');
    await chmod(file, 0o644);
    const refusal = (namedPath: string): Promise<string> => rejection(provided(pinOf('prog'), { namedPath }));
    const nextStep = ' — correct LGTM_PROGRAM_PROG, or unset it';
    expect(await refusal('/no/such')).toBe(`prog: the named path /no/such does not exist${nextStep}`);
    expect(await refusal(scratch)).toBe(`prog: the named path ${scratch} is not a file${nextStep}`);
    expect(await refusal(file)).toBe(`prog: the named path ${file} is not executable${nextStep}`);
    expect(site.asked).toEqual([]);
  });

  test('brings its home, if the program needs one', async ({ scratch, pinOf, provided }) => {
    const namedPath = join(scratch, 'bin/prog');
    await mkdir(dirname(namedPath));
    await writeFile(namedPath, released, { mode: 0o755 });
    const pin = pinOf('prog', { home: { executable: 'bin/prog', needs: ['conf'] } });
    expect(await rejection(provided(pin, { namedPath }))).toContain('has no conf folder');
    await mkdir(join(scratch, 'conf'));
    expect((await provided(pin, { namedPath })).home).toBe(scratch);
  });
});

test.describe('several programs', () => {
  const all = (pins: Record<string, Pin>, cacheDir: string, environment: NodeJS.ProcessEnv) =>
    provideAll(pins, { cacheDir, environment, onProgress: () => {}, namedPaths: {} });

  test('are built one after another', async ({ scratch, site, cacheDir, pinOf }) => {
    site.answers.clear();
    const log = join(scratch, 'builds');
    const environment = await environmentWithGo(join(scratch, 'bin'), loggingGo(log));
    const programs = await all({ a: pinOf('a'), b: pinOf('b'), c: pinOf('c') }, cacheDir, environment);
    expect(Object.values(programs).map(({ path }) => says(path))).toEqual(['built', 'built', 'built']);
    expect(await readFile(log, 'utf8')).toBe('start\nend\n'.repeat(3));
  });

  test('end together when one cannot be provided', async ({ scratch, site, cacheDir, pinOf, leftovers }) => {
    site.answers.clear();
    const pids = join(scratch, 'pids');
    const environment = await environmentWithGo(join(scratch, 'bin'), endlessGo(pids));
    const building = started(pids);
    site.answers.set('/altered', { body: 'altered', after: building });
    const altered = {
      url: `${site.url}/altered`,
      checksum: { sha256: sha256(released) },
      archive: { kind: 'bare' },
    } as const;
    const assets = { 'linux-amd64': altered, 'linux-arm64': altered, 'darwin-arm64': altered };
    const bad: Pin = { ...pinOf('bad'), release: { version: '2.0.0', assets } };
    const message = await rejection(all({ bad, good: pinOf('good') }, cacheDir, environment));
    expect(message).toMatch(/^bad: /);
    await allGone(await building);
    expect(await leftovers()).toEqual([]);
  });
});

test('doctor lists every program and names what is wrong', async ({ scratch }) => {
  const doctor = spawn(process.execPath, ['--import', 'tsx', 'scripts/doctor.ts'], {
    cwd: root,
    env: { ...fullEnvironment(), LGTM_CACHE: join(scratch, 'cache'), LGTM_PROGRAM_LOKI: '/no/such/loki' },
  });
  let output = '';
  doctor.stdout.on('data', (text: Buffer) => (output += text.toString()));
  const code = await new Promise((resolve) => doctor.once('close', resolve));
  expect(code).toBe(1);
  expect(output).toMatch(/loki .*the named path \/no\/such\/loki does not exist — correct LGTM_PROGRAM_LOKI/);
  expect(output).toMatch(
    /grafana .*not there yet: would be downloaded, or built with go1\.\S+ in about 7 min/,
  );
  for (const need of ['Node', 'Go', 'git', 'Chromium', 'cache', 'runs', 'memory', 'ports'])
    expect(output).toMatch(new RegExp(`^ {2}${need} +(ok|MISSING|optional) `, 'm'));
});
