import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recipe } from './pin.ts';
import { CommandFailed, run } from './run.ts';
import { ProgramUnavailable } from './unavailable.ts';

/**
 * The Go that would build a recipe, e.g. "go1.26.8".
 * @throws ProgramUnavailable if there is none, or it is older than the recipe's go.mod asks for
 */
export async function goFor(
  recipe: Recipe,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<string> {
  const needed = /^go (\S+)$/m.exec(await readFile(join(recipe.folder, 'go.mod'), 'utf8'))?.[1] ?? '1.21';
  const install = `install Go ${needed} or newer`;
  const lines: string[] = [];
  let output: string;
  try {
    // In the recipe's folder, where Go switches to a newer toolchain if the user's GOTOOLCHAIN lets it.
    output = await run(['go', 'version'], {
      cwd: recipe.folder,
      environment,
      signal,
      onLine: (line) => lines.push(line),
    });
  } catch (thrown) {
    if (!(thrown instanceof CommandFailed)) throw thrown;
    throw new ProgramUnavailable(
      thrown.code === 127 ? 'Go is not on the PATH' : `go version fails (${lines.at(-1) ?? thrown.message})`,
      install,
    );
  }
  const version = /\bgo(\d+(?:\.\d+)*)\S*/.exec(output);
  if (!version?.[1] || older(version[1], needed))
    throw new ProgramUnavailable(`Go is too old (${output.trim()}; ${needed} is needed)`, install);
  return version[0];
}

function older(version: string, needed: string): boolean {
  return version.localeCompare(needed, 'en', { numeric: true }) < 0;
}
