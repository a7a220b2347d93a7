import { chmod, copyFile, cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { goFor } from './go.ts';
import type { Pin, Recipe } from './pin.ts';
import { duration, reporting, type OnProgress } from './progress.ts';
import { CommandFailed, run } from './run.ts';
import { ProgramUnavailable } from './unavailable.ts';

/** Runs go, or what go built; `what` it does, and what it says, goes into the progress. */
type Step = (what: string, command: readonly string[], cwd: string) => Promise<string>;

/**
 * Builds a pin's program from source.
 * @param work an empty folder for what is needed meanwhile
 * @param entry where the program goes, laid out as in the cache
 * @returns what was built, in a few words
 * @throws ProgramUnavailable if Go is missing or too old, or a step fails
 */
export async function build(
  pin: Pin,
  work: string,
  entry: string,
  environment: NodeJS.ProcessEnv,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<string> {
  const { recipe } = pin;
  const go = await goFor(recipe, environment, signal);
  const temporary = join(work, 'tmp');
  await mkdir(temporary);
  const goEnvironment = {
    ...environment,
    GOWORK: 'off',
    GOTMPDIR: temporary,
    GOFLAGS: `${environment['GOFLAGS'] ?? ''} -mod=readonly -buildvcs=false`.trim(),
    ...(recipe.cgo ? { CGO_ENABLED: '1' } : {}),
  };

  const started = Date.now();
  const said = new GoOutput();
  let doing = 'starting';
  const step: Step = async (what, command, cwd) => {
    doing = what;
    try {
      return await run(command, {
        cwd,
        environment: goEnvironment,
        signal,
        onLine: (line) => {
          said.take(line);
        },
      });
    } catch (thrown) {
      if (thrown instanceof CommandFailed) throw failure(thrown, said.tail, goEnvironment);
      throw thrown;
    }
  };
  const line = (): string =>
    `building with ${go} (about ${recipe.minutes} min): ${duration(Date.now() - started)}, ${doing}, ${said.counts}`;
  await reporting(onProgress, line, () => (pin.home ? buildHome : buildFile)(pin, work, entry, step));
  return `built from ${recipe.module} with ${go}`;
}

async function buildFile({ name, recipe }: Pin, work: string, entry: string, step: Step): Promise<void> {
  await goBuild(recipe, await sources(recipe, work, step), join(entry, name), step);
}

async function buildHome({ home, recipe }: Pin, work: string, entry: string, step: Step): Promise<void> {
  if (!home) return;
  const folder = await sources(recipe, work, step);
  await goBuild(recipe, folder, join(entry, 'home', home.executable), step);
  for (const part of home.needs) await cp(join(folder, part), join(entry, 'home', part), { recursive: true });
}

async function goBuild(recipe: Recipe, folder: string, to: string, step: Step): Promise<void> {
  await step(
    `compiling ${recipe.package}`,
    ['go', 'build', '-v', '-trimpath', '-tags', recipe.tags.join(','), '-o', to, recipe.package],
    folder,
  );
}

/** The folder to build in: the recipe's own, or a copy of the module it requires, with what is generated. */
async function sources(recipe: Recipe, work: string, step: Step): Promise<string> {
  if (recipe.how === 'required') return recipe.folder;
  const [path = ''] = recipe.module.split('@');
  const found = JSON.parse(
    await step('getting its module', ['go', 'mod', 'download', '-json', path], recipe.folder),
  ) as { Dir: string };
  const copy = join(work, 'module');
  await copyWritable(found.Dir, copy);
  const tool = join(work, 'tool');
  await step(
    'compiling its generator',
    ['go', 'build', '-v', '-o', tool, recipe.generate.tool],
    recipe.folder,
  );
  await step('generating sources', [tool, ...recipe.generate.args], copy);
  return copy;
}

/** Go keeps its modules read-only; a copy to build in, and to remove afterwards, must not be. */
async function copyWritable(from: string, to: string): Promise<void> {
  await mkdir(to);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const target = join(to, entry.name);
    if (entry.isDirectory()) {
      await copyWritable(join(from, entry.name), target);
    } else {
      await copyFile(join(from, entry.name), target);
      await chmod(target, 0o644);
    }
  }
}

/** What `go build -v` writes: package names to count, and words to keep for a failure. */
class GoOutput {
  readonly tail: string[] = [];
  #packages = 0;
  #modules = 0;

  take(line: string): void {
    if (line.startsWith('go: downloading ')) this.#modules++;
    else if (/^[\w.][^\s:]*$/.test(line)) this.#packages++;
    else if (line.trim() !== '') this.tail.push(line.trim());
  }

  get counts(): string {
    return `${this.#modules} modules downloaded, ${this.#packages} packages compiled`;
  }
}

function failure(failed: CommandFailed, tail: readonly string[], environment: NodeJS.ProcessEnv) {
  const last = tail.slice(-8).join(' | ') || 'it said nothing';
  if (/no space left on device/i.test(tail.join('\n')))
    return new ProgramUnavailable(
      `no space left for ${failed.message.replace(/ ended.*/, '')} (${last})`,
      `free about 4 GB where the cache, GOCACHE and GOMODCACHE are (${environment['GOCACHE'] ?? 'go env GOCACHE GOMODCACHE'})`,
    );
  return new ProgramUnavailable(`${failed.message}: ${last}`, 'remedy that and run again');
}
