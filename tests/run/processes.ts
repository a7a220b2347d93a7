import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { poll } from '../../fixtures/poll.ts';

/** A process of this machine. */
export interface FoundProcess {
  pid: number;
  commandLine: string;
}

/** Every live process with `text` in its command line or environment: what a run with a folder of its own started. Linux only. */
export async function processesWith(text: string): Promise<FoundProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [commandLine, environment] = await Promise.all(
        ['cmdline', 'environ'].map(async (file) => {
          // A process may end while it is looked at; one of somebody else's cannot be one of ours.
          const content = await readFile(join('/proc', pid, file), 'utf8').catch(() => '');
          return content.replaceAll('\0', ' ').trim();
        }),
      );
      const ours = `${commandLine ?? ''} ${environment ?? ''}`.includes(text);
      // One that has no command line any more is gone but for its parent's notice.
      return ours && commandLine ? [{ pid: Number(pid), commandLine }] : [];
    }),
  );
  return found.flat();
}

/** Resolves when no process with `text` lives; throws DeadlineExceeded with their command lines. */
export async function untilNoneWith(text: string, deadlineMs: number): Promise<void> {
  await poll(
    async () => {
      const left = await processesWith(text);
      const seen = left.map(({ pid, commandLine }) => `${pid} ${commandLine}`).join('\n');
      return left.length === 0 ? { done: true, value: undefined } : { done: false, seen };
    },
    { what: `the end of every process of ${text}`, deadlineMs, everyMs: 100 },
  );
}
