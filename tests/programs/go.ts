import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fullEnvironment } from '../../fixtures/settings.ts';

/** A recipe folder: a Go module without requirements, whose program says "built". */
export async function writeRecipe(
  folder: string,
  source = 'package main\n\nimport "os"\n\nfunc main() { os.Stdout.WriteString("built") }\n',
): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'go.mod'), 'module example.test/program\n\ngo 1.21\n');
  await writeFile(join(folder, 'main.go'), source);
  return folder;
}

/** An environment whose `go` is this shell script; in it, $GO is the real one. */
export async function environmentWithGo(folder: string, script: string): Promise<NodeJS.ProcessEnv> {
  const environment = fullEnvironment();
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'go'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return {
    ...environment,
    GO: execFileSync('/bin/sh', ['-c', 'command -v go'], { encoding: 'utf8', env: environment }).trim(),
    PATH: `${folder}${delimiter}${environment['PATH'] ?? ''}`,
  };
}

/** A `go` that writes a line into a log as a build starts and as it ends. */
export function loggingGo(log: string): string {
  return `if [ "$1" != build ]; then exec "$GO" "$@"; fi
echo start >> '${log}'
"$GO" "$@"; code=$?
echo end >> '${log}'
exit $code`;
}

/** A `go` whose build never ends and has a child; it writes both process ids into a file. */
export function endlessGo(pids: string): string {
  return `if [ "$1" != build ]; then exec "$GO" "$@"; fi
sleep 600 & echo $$ $! > '${pids}'
wait`;
}

/** The process ids an endless go wrote; none before it runs. */
export async function pidsIn(file: string): Promise<number[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.endsWith('\n') ? text.trim().split(' ').map(Number) : [];
}

/** True while a process with this id is there. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
