import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { scheduler } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import { duration, reporting, type OnProgress } from './progress.ts';
import { ProgramUnavailable } from './unavailable.ts';

// A holder that was killed stops touching the lock; after this long the next one takes it.
const staleMs = 10_000;

/**
 * Runs `body` while holding a lock that all processes on this machine respect; waits for it as long as its
 * holder lives, with progress. The signal given to `body` also aborts when the lock is lost, which happens
 * to a process that was suspended.
 * @throws the signal's reason once it aborts
 */
export async function whileLocked<T>(
  path: string,
  onProgress: OnProgress,
  signal: AbortSignal,
  body: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const lost = new AbortController();
  const tryLock = async (): Promise<(() => Promise<void>) | null> => {
    try {
      return await lock(path, {
        lockfilePath: path,
        realpath: false,
        stale: staleMs,
        onCompromised: () => {
          lost.abort(new ProgramUnavailable(`the lock ${path} was lost`, 'run again'));
        },
      });
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'ELOCKED') return null;
      throw thrown;
    }
  };
  const waitForLock = async (): Promise<() => Promise<void>> => {
    for (;;) {
      await scheduler.wait(1000, { signal });
      const release = await tryLock();
      if (release) return release;
    }
  };

  const started = Date.now();
  const waiting = (): string => `waiting for another run that provides it, ${duration(Date.now() - started)}`;
  const release = (await tryLock()) ?? (await reporting(onProgress, waiting, waitForLock));
  try {
    return await body(AbortSignal.any([signal, lost.signal]));
  } finally {
    // A lock that was lost is another's by now.
    if (!lost.signal.aborted) await release();
  }
}
