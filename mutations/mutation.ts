import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from '@playwright/test';
import { componentsOf, type CriterionId } from '../requirements/catalogue.ts';
import { runTool } from '../fixtures/deployment/tool.ts';
import { provideStackPrograms } from '../fixtures/programs.ts';
import { baseEnvironment, fullEnvironment, root, settings } from '../fixtures/settings.ts';
import { describeUnstarted } from '../fixtures/stack/description.ts';
import type { Interposers } from '../fixtures/stack/options.ts';
import { Stack } from '../fixtures/stack/stack.ts';
import { VerdictFile, type Verdict } from '../fixtures/verdict/verdict.ts';

/** A text of the manifests and what a careless change makes of it. */
export interface Edit {
  /** Path below manifests/. */
  file: string;
  from: string | RegExp;
  to: string;
}

export interface Mutation {
  /** What is broken, as a test title. */
  title: string;
  /** The criterion that must turn red. */
  criterion: CriterionId;
  /** What its verdict must say: red for this reason, not for another. */
  reason: RegExp;
  edits?: readonly Edit[];
  /** Files below manifests/ that an earlier commit of the judged repository had, and a later one took away. */
  history?: readonly { file: string; content: string }[];
  interposers?: Interposers;
}

/** Declares the test that a mutation turns its criterion's spec red, for the right reason. */
export function mutation({
  title,
  criterion,
  reason,
  edits = [],
  history,
  interposers = {},
}: Mutation): void {
  test(`${criterion} is red: ${title}`, async () => {
    const folder = await mkdtemp(join(settings.tmp, 'lgtm-mutation-'));
    try {
      const manifests = join(folder, 'manifests');
      await cp(join(root, 'manifests'), manifests, { recursive: true });
      for (const edit of edits) await apply(manifests, edit);
      if (history) await commit(folder, history);
      const runs = join(folder, 'runs');
      const needed = componentsOf(criterion);
      const stack =
        needed.length === 0
          ? null
          : await Stack.start({
              programs: await provideStackPrograms(needed, () => {}),
              manifests,
              runs,
              keep: false,
              environment: baseEnvironment(),
              interposers,
            });
      try {
        const dir = stack?.description.run.dir ?? (await describeUnstarted(manifests, runs));
        const verdict = await judge(criterion, dir, join(folder, 'reports'));
        expect(verdict.verdict, verdict.reason).toBe('failed');
        expect(verdict.reason).toMatch(reason);
      } finally {
        await stack?.stop();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

/** Makes `folder` a Git work tree whose past had these files. */
async function commit(folder: string, past: NonNullable<Mutation['history']>): Promise<void> {
  const git = (...args: string[]) =>
    runTool('git', ['-c', 'user.name=nobody', '-c', 'user.email=nobody@localhost', ...args], { cwd: folder });
  const files = past.map(({ file }) => join(folder, 'manifests', file));
  await git('init', '--quiet');
  for (const [at, { content }] of past.entries()) {
    const file = files[at] ?? '';
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  await git('add', 'manifests');
  await git('commit', '--quiet', '--message', 'First');
  for (const file of files) await rm(file);
  await git('commit', '--quiet', '--all', '--message', 'Second');
}

async function apply(manifests: string, { file, from, to }: Edit): Promise<void> {
  const path = join(manifests, file);
  const text = await readFile(path, 'utf8');
  const changed = text.replace(from, to);
  expect(changed, `${file} has no '${from}' to change: adapt the mutation`).not.toBe(text);
  await writeFile(path, changed);
}

/** Runs the real spec against a stack, as a user would, and returns its verdict. */
async function judge(criterion: string, stack: string, reports: string): Promise<Verdict> {
  const cli = join(root, 'node_modules/@playwright/test/cli.js');
  const child = spawn(
    process.execPath,
    [cli, 'test', '--grep', criterion, '--output', join(reports, 'output')],
    {
      cwd: root,
      env: { ...fullEnvironment(), LGTM_STACK: stack, LGTM_REPORTS: reports },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  await test.info().attach('the mutated run', { body: output, contentType: 'text/plain' });
  const file = VerdictFile.parse(JSON.parse(await readFile(join(reports, 'verdicts.json'), 'utf8')));
  const verdict = file.verdicts.find(({ id }) => id === criterion);
  if (!verdict) throw new Error(`no verdict on ${criterion}:\n${output.slice(-2_000)}`);
  return verdict;
}
