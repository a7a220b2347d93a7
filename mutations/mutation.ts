import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { componentsOf, type CriterionId } from '../requirements/catalogue.ts';
import { provideStackPrograms } from '../fixtures/programs.ts';
import { baseEnvironment, fullEnvironment, root, settings } from '../fixtures/settings.ts';
import { Stack, type Interposers } from '../fixtures/stack/stack.ts';
import { VerdictFile, type Verdict } from '../fixtures/verdict/verdict.ts';

/** A text of the manifests and what a careless change makes of it. */
export interface Edit {
  /** Path below manifests/. */
  file: string;
  from: string;
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
  interposers?: Interposers;
}

/** Declares the test that a mutation turns its criterion's spec red, for the right reason. */
export function mutation({ title, criterion, reason, edits = [], interposers = {} }: Mutation): void {
  test(`${criterion} is red: ${title}`, async () => {
    const folder = await mkdtemp(join(settings.tmp, 'lgtm-mutation-'));
    try {
      const manifests = join(folder, 'manifests');
      await cp(join(root, 'manifests'), manifests, { recursive: true });
      for (const edit of edits) await apply(manifests, edit);
      const stack = await Stack.start({
        programs: await provideStackPrograms(componentsOf(criterion), () => {}),
        manifests,
        runs: join(folder, 'runs'),
        keep: false,
        environment: baseEnvironment(),
        interposers,
      });
      try {
        const verdict = await judge(criterion, stack.description.run.dir, join(folder, 'reports'));
        expect(verdict.verdict, verdict.reason).toBe('failed');
        expect(verdict.reason).toMatch(reason);
      } finally {
        await stack.stop();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

async function apply(manifests: string, { file, from, to }: Edit): Promise<void> {
  const path = join(manifests, file);
  const text = await readFile(path, 'utf8');
  expect(text, `${file} has no '${from}' to change: adapt the mutation`).toContain(from);
  await writeFile(path, text.replace(from, to));
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
