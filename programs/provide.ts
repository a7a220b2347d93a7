import { randomBytes } from 'node:crypto';
import { access, constants, mkdir, realpath, rm, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { build } from './build.ts';
import { executableOf, lookUp, store } from './cache.ts';
import { download, NotOffered } from './download.ts';
import { extract } from './extract.ts';
import { whileLocked } from './lock.ts';
import { assetOf, type Pin, type Program } from './pin.ts';
import type { OnProgress } from './progress.ts';
import { isSystemError, ProgramUnavailable } from './unavailable.ts';

interface CommonOptions {
  /** Where programs are kept between runs; made if it is not there. */
  cacheDir: string;
  /** Takes a line at least every 4 s while something is downloaded, built or waited for. */
  onProgress: OnProgress;
  /** Ends what is going on, child processes included, and leaves no half program. */
  signal?: AbortSignal;
  /** The user's environment, for Go. */
  environment: NodeJS.ProcessEnv;
}

export interface ProvideOptions extends CommonOptions {
  /** Path of a program to use as it is. */
  namedPath?: string | undefined;
}

export interface ProvideAllOptions extends CommonOptions {
  /** Paths of programs to use as they are, by the program's name. */
  namedPaths: Readonly<Record<string, string>>;
}

/** Takes turns: runs one job after another. */
type InTurn = <T>(job: () => Promise<T>) => Promise<T>;

/**
 * Provides a program from the first source that has it: the named path, the cache, the official release
 * (verified), a build from source.
 * @throws ProgramUnavailable, one line of cause and next step
 * @throws the signal's reason once it aborts
 */
export async function provide(pin: Pin, options: ProvideOptions): Promise<Program> {
  return provideInTurn(pin, options, (job) => job());
}

/**
 * Provides several programs: downloads side by side, builds one after another. The first that cannot be
 * provided ends the work on the others.
 * @throws as provide does
 */
export async function provideAll<Name extends string>(
  pins: Readonly<Record<Name, Pin>>,
  options: ProvideAllOptions,
): Promise<Record<Name, Program>> {
  const failed = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, failed.signal]) : failed.signal;
  const inTurn = turns();
  const names = Object.keys(pins) as Name[];
  const work = names.map(async (name) => {
    const pin = pins[name];
    const namedPath = options.namedPaths[pin.name];
    try {
      return [name, await provideInTurn(pin, { ...options, namedPath, signal }, inTurn)] as const;
    } catch (thrown) {
      failed.abort(thrown);
      throw thrown;
    }
  });
  // Only when every one has ended is nothing left running.
  await Promise.allSettled(work);
  return Object.fromEntries(await Promise.all(work)) as Record<Name, Program>;
}

/**
 * What provide would use at once, without downloading, building or changing anything.
 * @returns the program, or null if it would have to be downloaded or built
 * @throws ProgramUnavailable if the named path cannot be used
 */
export async function inspect(
  pin: Pin,
  options: { cacheDir: string; namedPath: string | undefined },
): Promise<Program | null> {
  if (options.namedPath !== undefined) return named(pin, options.namedPath);
  return (await lookUp(pin, options.cacheDir)).program;
}

async function provideInTurn(pin: Pin, options: ProvideOptions, inTurn: InTurn): Promise<Program> {
  const { cacheDir } = options;
  const signal = options.signal ?? new AbortController().signal;
  try {
    const ready = await inspect(pin, { cacheDir, namedPath: options.namedPath });
    if (ready) return ready;
    const onProgress: OnProgress = (text) => {
      options.onProgress(`${pin.name}: ${text}`);
    };
    const lock = join(cacheDir, 'locks', `${pin.name}.lock`);
    return await whileLocked(lock, onProgress, signal, (held) =>
      fetchOrBuild(pin, { ...options, onProgress, signal: held }, inTurn),
    );
  } catch (thrown) {
    signal.throwIfAborted();
    if (!isSystemError(thrown)) throw thrown;
    throw new ProgramUnavailable(
      thrown.code === 'ENOSPC'
        ? `${pin.name}: no space left in ${cacheDir}`
        : `${pin.name}: cannot use the cache (${thrown.message})`,
      thrown.code === 'ENOSPC'
        ? 'free about 4 GB there, or name another folder with LGTM_CACHE'
        : 'see to that folder, or name another one with LGTM_CACHE',
      { cause: thrown },
    );
  }
}

type Held = ProvideOptions & { signal: AbortSignal };

/** The holder of the program's lock owns its cache entries and its staging folder. */
async function fetchOrBuild(pin: Pin, options: Held, inTurn: InTurn): Promise<Program> {
  const { program, corrupt } = await lookUp(pin, options.cacheDir);
  if (program) return program;
  for (const { folder, why } of corrupt) {
    options.onProgress(`the cache entry ${folder} is corrupt (${why}) — removed, provided anew`);
    await rm(folder, { recursive: true, force: true });
  }

  const staging = join(options.cacheDir, 'staging', pin.name);
  // What is there was left by one that died.
  await rm(staging, { recursive: true, force: true });
  const work = join(staging, randomBytes(6).toString('hex'));
  await mkdir(work, { recursive: true });
  try {
    const released = await fromRelease(pin, work, options);
    if (typeof released !== 'string') return released;
    const { version } = pin.recipe;
    options.onProgress(`no official download (${released}) — building ${version} from source`);
    return await inTurn(() => fromSource(pin, work, options, released));
  } finally {
    await rm(work, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The program, or why the official release cannot be used. */
async function fromRelease(pin: Pin, work: string, options: Held): Promise<Program | string> {
  const asset = assetOf(pin);
  if ('none' in asset) return asset.none;
  const file = join(work, 'download');
  const entry = join(work, 'entry');
  try {
    await download(asset, file, options.onProgress, options.signal);
  } catch (thrown) {
    options.signal.throwIfAborted();
    if (thrown instanceof NotOffered) return thrown.message;
    if (thrown instanceof ProgramUnavailable) throw explained(pin, thrown.what, thrown);
    throw thrown;
  }
  const program = join(entry, pin.home ? 'home' : pin.name);
  try {
    await extract(file, asset.archive, join(work, 'unpacked'), program);
    return await store(pin, entry, 'release', asset.url, options.cacheDir);
  } catch (thrown) {
    if (isSystemError(thrown) && thrown.code !== 'ENOENT') throw thrown;
    throw new ProgramUnavailable(
      `${pin.name}: ${asset.url} does not hold ${executableOf(pin)} as pinned (${String(thrown)})`,
      'correct its entry in programs/pins.ts',
      { cause: thrown },
    );
  }
}

async function fromSource(pin: Pin, work: string, options: Held, released: string): Promise<Program> {
  const entry = join(work, 'entry');
  try {
    const from = await build(pin, work, entry, options.environment, options.onProgress, options.signal);
    return await store(pin, entry, 'build', from, options.cacheDir);
  } catch (thrown) {
    options.signal.throwIfAborted();
    if (!(thrown instanceof ProgramUnavailable)) throw thrown;
    throw explained(pin, `no official download (${released}), and no build: ${thrown.what}`, thrown);
  }
}

/** With the program's name, and the way out that always works. */
function explained(pin: Pin, what: string, cause: ProgramUnavailable): ProgramUnavailable {
  const ownPath = `name a ${pin.name} of your own with LGTM_PROGRAM_${pin.name.toUpperCase()}`;
  return new ProgramUnavailable(`${pin.name}: ${what}`, `${cause.nextStep}, or ${ownPath}`, { cause });
}

async function named(pin: Pin, path: string): Promise<Program> {
  const variable = `LGTM_PROGRAM_${pin.name.toUpperCase()}`;
  const wrong = (what: string): never => {
    throw new ProgramUnavailable(`${pin.name}: ${what}`, `correct ${variable}, or unset it`);
  };
  const found = await stat(path).catch(() => wrong(`the named path ${path} does not exist`));
  if (!found.isFile()) wrong(`the named path ${path} is not a file`);
  await access(path, constants.X_OK).catch(() => wrong(`the named path ${path} is not executable`));
  let home: string | null = null;
  if (pin.home) {
    const { executable, needs } = pin.home;
    const real = await realpath(path);
    if (!real.endsWith(sep + executable))
      wrong(`the named path ${path} is not ${executable} below a home folder`);
    home = real.slice(0, -executable.length - 1);
    for (const part of needs)
      await access(join(home, part)).catch(() => wrong(`${home} has no ${part} folder, which it needs`));
  }
  return { name: pin.name, path, home, version: 'unknown', source: 'named path', from: path };
}

function turns(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (job) => {
    const mine = last.then(job);
    last = mine.catch(() => undefined);
    return mine;
  };
}
