import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { VerdictFile } from '../fixtures/verdict/verdict.ts';

/** Where the published schema of verdicts.json is. */
export const schemaFile = join(import.meta.dirname, 'verdicts.schema.json');

/**
 * Writes verdicts.json in one step, so that a reader sees the old file or the new one, never half of it.
 * @throws ZodError if the content does not fit the schema; nothing is written then
 */
export async function writeVerdictFile(
  path: string,
  content: Omit<VerdictFile, '$schema'>,
): Promise<VerdictFile> {
  const file = VerdictFile.parse({ $schema: `./${relative(dirname(path), schemaFile)}`, ...content });
  const draft = `${path}.${process.pid}.tmp`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(draft, `${JSON.stringify(file, null, 2)}\n`);
  await rename(draft, path);
  return file;
}
