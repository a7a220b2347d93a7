import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, chmod, constants, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';
import { platform, type Origin, type Pin, type Program } from './pin.ts';

const Manifest = z.strictObject({
  sha256: z.string(),
  size: z.number(),
  version: z.string(),
  source: z.enum(['release', 'build']),
  from: z.string(),
});

/** What the cache has of a program: the program, if a whole one is there, and entries that are not what they were. */
export interface Cached {
  program: Program | null;
  corrupt: { folder: string; why: string }[];
}

/** Looks a program up, a released one first, and compares it with the hash it was stored with. Changes nothing. */
export async function lookUp(pin: Pin, cacheDir: string): Promise<Cached> {
  const corrupt: Cached['corrupt'] = [];
  for (const origin of ['release', 'build'] as const) {
    const folder = entryFolder(pin, origin, cacheDir);
    if (!(await exists(folder))) continue;
    try {
      return { program: await verified(pin, folder), corrupt };
    } catch (thrown) {
      corrupt.push({ folder, why: thrown instanceof Error ? thrown.message : String(thrown) });
    }
  }
  return { program: null, corrupt };
}

/** The path of the executable below a cache entry's folder. */
export function executableOf(pin: Pin): string {
  return pin.home ? join('home', pin.home.executable) : pin.name;
}

/** Makes a whole cache entry of a staged one: manifest, then one rename. The caller holds the program's lock. */
export async function store(
  pin: Pin,
  staged: string,
  origin: Origin,
  from: string,
  cacheDir: string,
): Promise<Program> {
  const executable = join(staged, executableOf(pin));
  await chmod(executable, 0o755);
  for (const part of pin.home?.needs ?? []) await access(join(staged, 'home', part));
  const manifest: z.infer<typeof Manifest> = {
    sha256: await sha256(executable),
    size: (await stat(executable)).size,
    version: pin[origin === 'release' ? 'release' : 'recipe'].version,
    source: origin,
    from,
  };
  await writeFile(join(staged, 'manifest.json'), JSON.stringify(manifest, null, 2));
  const folder = entryFolder(pin, origin, cacheDir);
  await mkdir(dirname(folder), { recursive: true });
  await rename(staged, folder);
  return programAt(pin, folder, manifest.version, origin, from);
}

async function verified(pin: Pin, folder: string): Promise<Program> {
  const manifest = Manifest.parse(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')));
  const executable = join(folder, executableOf(pin));
  await access(executable, constants.X_OK);
  for (const part of pin.home?.needs ?? []) await access(join(folder, 'home', part));
  const { size } = await stat(executable);
  if (size !== manifest.size) throw new Error(`it has ${size} bytes instead of ${manifest.size}`);
  if ((await sha256(executable)) !== manifest.sha256) throw new Error('its sha256 is not what it was');
  return programAt(pin, folder, manifest.version, 'cache', manifest.from);
}

function programAt(
  pin: Pin,
  folder: string,
  version: string,
  source: Program['source'],
  from: string,
): Program {
  return {
    name: pin.name,
    path: join(folder, executableOf(pin)),
    home: pin.home && join(folder, 'home'),
    version,
    source,
    from,
  };
}

function entryFolder(pin: Pin, origin: Origin, cacheDir: string): string {
  const { version } = pin[origin === 'release' ? 'release' : 'recipe'];
  return join(cacheDir, 'programs', pin.name, `${version}-${origin}-${platform()}`);
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
