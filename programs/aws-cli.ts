import { createHash } from 'node:crypto';
import { access, chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { whileLocked } from './lock.ts';
import { duration, reporting, type OnProgress } from './progress.ts';
import { CommandFailed, run } from './run.ts';
import { ProgramUnavailable } from './unavailable.ts';

const requirements = join(dirname(fileURLToPath(import.meta.url)), 'aws-cli', 'requirements.txt');

/** The packages are below it, and it finds them wherever the cache is. */
const launcher = `#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
PYTHONPATH="$here/lib" PYTHONDONTWRITEBYTECODE=1 exec python3 -m awscli "$@"
`;

/**
 * Provides AWS's client, which the bucket step runs: the named path, the cache, or Python packages that pip verifies
 * by the hashes of programs/aws-cli/requirements.txt. Version 1: of version 2, which the shipped image carries, there
 * are no Python packages; of what the step uses, both have the same commands, files and error messages.
 * @returns path of the executable, to be called `aws`
 * @throws ProgramUnavailable, one line of cause and next step
 * @throws the signal's reason once it aborts
 */
export async function provideAwsCli(options: {
  cacheDir: string;
  namedPath?: string | undefined;
  onProgress: OnProgress;
  environment: NodeJS.ProcessEnv;
  signal?: AbortSignal;
}): Promise<string> {
  const { cacheDir, namedPath, environment } = options;
  const signal = options.signal ?? new AbortController().signal;
  if (namedPath !== undefined) {
    if (await exists(namedPath)) return namedPath;
    throw new ProgramUnavailable(`aws: there is no ${namedPath}`, 'correct LGTM_PROGRAM_AWS or unset it');
  }
  // Another list of packages, or another Python, is another entry.
  const python = await pythonVersion(environment, signal);
  const pinned = createHash('sha256')
    .update(await readFile(requirements))
    .update(python);
  const entry = join(cacheDir, 'programs', 'aws', `${pinned.digest('hex').slice(0, 16)}-pip`);
  const executable = join(entry, 'aws');
  if (await exists(executable)) return executable;
  const onProgress: OnProgress = (text) => {
    options.onProgress(`aws: ${text}`);
  };
  return whileLocked(join(cacheDir, 'locks', 'aws.lock'), onProgress, signal, async (held) => {
    if (await exists(executable)) return executable;
    const staging = join(cacheDir, 'staging', 'aws');
    await rm(staging, { recursive: true, force: true });
    await mkdir(staging, { recursive: true });
    try {
      await install(join(staging, 'lib'), environment, held, onProgress);
      await writeFile(join(staging, 'aws'), launcher);
      await chmod(join(staging, 'aws'), 0o755);
      await mkdir(dirname(entry), { recursive: true });
      await rename(staging, entry);
      return executable;
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  });
}

async function pythonVersion(environment: NodeJS.ProcessEnv, signal: AbortSignal): Promise<string> {
  try {
    const command = ['python3', '-c', 'import pip, sys; print(sys.version)'];
    return await run(command, { cwd: dirname(requirements), environment, signal });
  } catch (thrown) {
    if (!(thrown instanceof CommandFailed)) throw thrown;
    throw new ProgramUnavailable(
      "aws: there is no python3 with pip, which AWS's client needs",
      'install Python 3.10 or newer with pip, or name an aws with LGTM_PROGRAM_AWS',
    );
  }
}

async function install(
  folder: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<void> {
  const started = Date.now();
  let last = '';
  const line = (): string => `installing Python packages, ${duration(Date.now() - started)} ${last}`.trim();
  try {
    await reporting(onProgress, line, () =>
      run(
        [
          ...['python3', '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input'],
          ...['--require-hashes', '--no-deps', '--only-binary', ':all:'],
          ...['--target', folder, '--requirement', requirements],
        ],
        {
          cwd: dirname(requirements),
          environment,
          signal,
          onLine: (said) => (last = said),
        },
      ),
    );
  } catch (thrown) {
    if (!(thrown instanceof CommandFailed)) throw thrown;
    throw new ProgramUnavailable(
      `aws: ${thrown.message}: ${last}`,
      'remedy that, or name an aws with LGTM_PROGRAM_AWS',
    );
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
