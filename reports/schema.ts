import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import * as z from 'zod';
import { VerdictFile } from '../fixtures/verdict/verdict.ts';
import { schemaFile } from './verdict-file.ts';

/** The text of reports/verdicts.schema.json, made from the type that the reporter writes. */
export async function schemaText(): Promise<string> {
  const schema = { title: 'Verdicts of the LGTM acceptance harness', ...z.toJSONSchema(VerdictFile) };
  return format(JSON.stringify(schema), { ...(await resolveConfig(schemaFile)), parser: 'json' });
}

// `node --import tsx reports/schema.ts` publishes it anew.
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await writeFile(schemaFile, await schemaText());
