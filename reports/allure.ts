import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root, settings } from '../fixtures/settings.ts';

/**
 * Makes the Allure report from the results of the last run; needs no network.
 * @returns path of its index.html
 * @throws Error if Allure cannot make it, e.g. because there are no results
 */
export async function makeReport(): Promise<string> {
  const cli = join(root, 'node_modules/allure/cli.js');
  const config = join(root, 'reports/allurerc.ts');
  await promisify(execFile)(process.execPath, [cli, 'generate', '--config', config], { cwd: root });
  const index = join(settings.reports, 'allure-report', 'index.html');
  await writeFile(index, withoutAnalytics(await readFile(index, 'utf8')));
  return index;
}

/**
 * The page without the Google tag that Allure puts into it and has no option for.
 * @throws Error if a tag is left, because Allure writes it in another way than it did
 */
export function withoutAnalytics(html: string): string {
  const tag =
    /<script async src="https:\/\/www\.googletagmanager\.com.*?<\/script>\s*<script>.*?<\/script>/gs;
  const page = html.replace(tag, '');
  if (page.includes('googletagmanager'))
    throw new Error('the report still calls Google — adapt reports/allure.ts to this version of Allure');
  return page;
}
