import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Asset, Checksum } from './pin.ts';
import { reporting, type OnProgress } from './progress.ts';
import { isSystemError, ProgramUnavailable } from './unavailable.ts';

/** The official release cannot be had or cannot be verified, so the next source is asked. The message is one line. */
export class NotOffered extends Error {
  override readonly name = 'NotOffered';
}

const stalledMs = 30_000;
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

/**
 * Downloads a release asset into `file` and verifies it.
 * @throws NotOffered if the publisher cannot be reached, does not have it, or has no checksum for it
 * @throws ProgramUnavailable if what came is truncated or altered
 */
export async function download(
  asset: Asset,
  file: string,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<void> {
  const expected = await expectedSha256(asset.checksum, basename(new URL(asset.url).pathname), signal);
  const received = await save(asset.url, file, onProgress, signal);
  if (received !== expected)
    throw new ProgramUnavailable(
      `what was downloaded from ${asset.url} is altered (sha256 ${received}, expected ${expected}) and was discarded`,
      'run again; if it stays so, ask who runs the network between',
    );
}

async function expectedSha256(checksum: Checksum, assetName: string, signal: AbortSignal): Promise<string> {
  if ('sha256' in checksum) return checksum.sha256;
  const stalled = AbortSignal.timeout(stalledMs);
  const response = await get(checksum.file, AbortSignal.any([signal, stalled]));
  const text = await response.text().catch((thrown: unknown) => {
    throw new NotOffered(`${checksum.file}: ${reasonOf(thrown)}`);
  });
  const found = sha256Of(text, assetName);
  if (found === null) throw new NotOffered(`${checksum.file} has no sha256 of ${assetName}`);
  return found;
}

/** The hash a checksum file gives for a file name: the only word of it, or that of the line that names it. */
function sha256Of(text: string, assetName: string): string | null {
  for (const line of text.trim().split('\n')) {
    const [hash = '', name = assetName] = line.trim().split(/\s+\*?/);
    if (/^[0-9a-f]{64}$/i.test(hash) && basename(name) === assetName) return hash.toLowerCase();
  }
  return null;
}

/** Saves the body and returns its sha256. */
async function save(url: string, file: string, onProgress: OnProgress, signal: AbortSignal): Promise<string> {
  const stalled = new AbortController();
  let received = 0;
  let total = '?';
  let lastByteAt = Date.now();
  const line = (): string => {
    if (Date.now() - lastByteAt > stalledMs)
      stalled.abort(new Error(`nothing came for ${stalledMs / 1000} s`));
    return `downloading ${url}, ${megabytes(received)} of ${total} MB`;
  };
  return reporting(onProgress, line, async () => {
    const response = await get(url, AbortSignal.any([signal, stalled.signal]));
    const length = response.headers.get('content-length');
    if (length !== null) total = megabytes(Number(length));
    const hash = createHash('sha256');
    const handle = await open(file, 'wx');
    try {
      for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
        hash.update(chunk);
        await handle.appendFile(chunk);
        received += chunk.length;
        lastByteAt = Date.now();
      }
    } catch (thrown) {
      if (isSystemError(thrown)) throw thrown;
      throw new ProgramUnavailable(
        `the download of ${url} is truncated (${megabytes(received)} of ${total} MB: ${reasonOf(thrown)}) and was discarded`,
        'run again',
        { cause: thrown },
      );
    } finally {
      await handle.close();
    }
    return hash.digest('hex');
  });
}

async function get(url: string, signal: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { signal, headers: { 'accept-encoding': 'identity' } });
  } catch (thrown) {
    throw new NotOffered(`${url}: ${reasonOf(thrown)}`, { cause: thrown });
  }
  if (response.ok) return response;
  await response.body?.cancel();
  throw new NotOffered(`${url}: HTTP ${response.status}`);
}

/** fetch hides the reason in the cause: "fetch failed", caused by "connect ECONNREFUSED …". */
function reasonOf(thrown: unknown): string {
  const root = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  if (root instanceof AggregateError) return (root as NodeJS.ErrnoException).code ?? 'cannot connect';
  return root instanceof Error ? root.message : String(root);
}
