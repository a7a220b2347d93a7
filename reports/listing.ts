import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

/** A test that Playwright would run. */
export interface ListedTest {
  readonly file: string;
  readonly title: string;
  /** With their @. */
  readonly tags: readonly string[];
}

const Spec = z.object({ file: z.string(), title: z.string(), tags: z.array(z.string()) });
const Suite = z.object({
  specs: z.array(Spec),
  get suites() {
    return z.array(Suite).optional();
  },
});
const Listing = z.object({
  suites: z.array(Suite),
  errors: z.array(z.object({ message: z.string().optional() })),
});

/**
 * The tests that a Playwright command would run; none of them runs.
 * @param command path of Playwright's cli.js and its arguments, e.g. [cli, 'test', '--grep', '001']
 * @throws Error if a test file cannot be loaded
 */
export async function listTests(command: readonly string[], cwd: string): Promise<ListedTest[]> {
  const args = [...command, '--list', '--reporter=json', '--pass-with-no-tests'];
  const output = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, args, { cwd, maxBuffer: 64 * 2 ** 20 }, (error, stdout, stderr) => {
      // With a test file that does not load, Playwright exits 1 and still prints its listing, errors included.
      if (error !== null && stdout === '')
        reject(new Error(`Playwright cannot list the tests: ${stderr.trim() || error.message}`));
      else resolve(stdout);
    });
  });
  const listing = Listing.parse(JSON.parse(output));
  const [error] = listing.errors;
  if (error !== undefined)
    throw new Error(`Playwright cannot list the tests: ${error.message ?? 'unknown error'}`);
  return listing.suites.flatMap(testsOf);
}

function testsOf(suite: z.infer<typeof Suite>): ListedTest[] {
  const own = suite.specs.map((spec) => ({ ...spec, tags: spec.tags.map((tag) => `@${tag}`) }));
  return [...own, ...(suite.suites ?? []).flatMap(testsOf)];
}

/** The ids of the catalogue that the spec files of a folder carry as tags, read from their text. */
export async function specifiedIds(dir: string): Promise<Set<string>> {
  const files = (await readdir(dir)).filter((name) => name.endsWith('.spec.ts'));
  const texts = await Promise.all(files.map((name) => readFile(join(dir, name), 'utf8')));
  return new Set(
    texts.flatMap((text) => [...text.matchAll(/@((?:AC|NFR)-lgtm-[\w-]+)/g)].map(([, id = '']) => id)),
  );
}
