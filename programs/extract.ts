import { createWriteStream } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract as untar } from 'tar';
import { openPromise as openZip } from 'yauzl';
import type { Archive } from './pin.ts';

/**
 * Takes the file or the top folder named by `archive` out of a download and puts it at `to`.
 * `scratch` is a folder that does not exist yet, on the same file system.
 * @throws Error if the archive has no such member
 */
export async function extract(file: string, archive: Archive, scratch: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  if (archive.kind === 'bare') {
    await rename(file, to);
    return;
  }
  const { kind, take } = archive;
  const wanted = (path: string): boolean => path === take || path.startsWith(`${take}/`);
  await mkdir(scratch);
  if (kind === 'zip') await unzip(file, scratch, wanted);
  else await untar({ file, cwd: scratch, strict: true, filter: (path) => wanted(path.replace(/^\.\//, '')) });
  await rename(join(scratch, take), to);
}

async function unzip(file: string, into: string, wanted: (path: string) => boolean): Promise<void> {
  const zip = await openZip(file, { autoClose: false });
  try {
    for await (const entry of zip.eachEntry()) {
      if (!wanted(entry.fileName) || entry.fileName.endsWith('/')) continue;
      // yauzl refuses names that lead out of the folder.
      const path = join(into, entry.fileName);
      await mkdir(dirname(path), { recursive: true });
      const mode = (entry.externalFileAttributes >>> 16) & 0o777 || 0o644;
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(path, { mode }));
    }
  } finally {
    zip.close();
  }
}
