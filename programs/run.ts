import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Duplex, Readable } from 'node:stream';

/** A command ended with something other than 0; `code` is null after a signal. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  readonly code: number | null;
  constructor(command: string, code: number | null) {
    super(`${command} ended with ${code ?? 'a signal'}`);
    this.code = code;
  }
}

// Starts the command and watches file descriptor 3, whose other end we hold: when we are gone,
// whatever ended us, the whole process group is killed.
const watched = `"$@" & child=$!
{ read _ <&3; kill -s KILL -- -$$; } >/dev/null 2>&1 &
wait $child`;

/**
 * Runs a command in a process group of its own, which ends with the command, with the signal's abort and with
 * this process. Returns its standard output; each line of its standard error goes to `onLine`.
 * @throws CommandFailed; 127 is a command that is not on the PATH
 * @throws the signal's reason once it aborts
 */
export async function run(
  command: readonly string[],
  options: {
    cwd: string;
    environment: NodeJS.ProcessEnv;
    signal: AbortSignal;
    onLine?: (line: string) => void;
  },
): Promise<string> {
  const { signal } = options;
  signal.throwIfAborted();
  const child = spawn('/bin/sh', ['-c', watched, 'sh', ...command], {
    cwd: options.cwd,
    env: options.environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  }) as ChildProcessByStdio<null, Readable, Readable>;
  const letGo = (): void => {
    (child.stdio[3] as Duplex).destroy();
  };
  child.once('exit', letGo);
  signal.addEventListener('abort', letGo, { once: true });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  createInterface({ input: child.stderr }).on('line', (line) => options.onLine?.(line));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  signal.removeEventListener('abort', letGo);
  signal.throwIfAborted();
  if (code !== 0) throw new CommandFailed(command.slice(0, 2).join(' '), code);
  return output;
}
