import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../fixtures/settings.ts';

interface Step {
  readonly name: string;
  /** A program of node_modules/.bin and its arguments. */
  readonly command: readonly [string, ...string[]];
}

const sources = ['requirements', 'specs', 'fixtures', 'programs', 'mutations', 'reports', 'scripts', 'tests'];

/** The longest first, so that two at a time end together. */
const steps: readonly Step[] = [
  {
    name: 'lint',
    command: [
      'eslint',
      '.',
      '--max-warnings=0',
      '--cache',
      '--cache-strategy=content',
      '--cache-location=node_modules/.cache/eslint/',
    ],
  },
  { name: 'types', command: ['tsc', '--noEmit'] },
  {
    name: 'catalogue',
    command: ['playwright', 'test', '--config=tests/catalogue.config.ts'],
  },
  { name: 'boundaries', command: ['depcruise', '--config=.dependency-cruiser.cjs', ...sources] },
  { name: 'dead code', command: ['knip', '--no-progress'] },
  { name: 'format', command: ['prettier', '--check', '.', '--cache'] },
];

/** Runs a step, prints its line and, if it failed, what it said. */
async function passes({ name, command: [program, ...args] }: Step): Promise<boolean> {
  const started = performance.now();
  const output: Buffer[] = [];
  const exit = await new Promise<string>((resolve) => {
    const child = spawn(join(root, 'node_modules/.bin', program), args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output.push(chunk);
      });
    child.once('error', (error) => {
      resolve(`${error.message} — install the packages with npm ci`);
    });
    child.once('close', (code, signal) => {
      resolve(code === 0 ? '' : `exit ${signal ?? code ?? '?'}`);
    });
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(6);
  console.log(`${exit === '' ? 'ok    ' : 'FAILED'} ${name.padEnd(10)} ${seconds} s  ${exit}`.trimEnd());
  if (exit !== '') console.log(`${Buffer.concat(output).toString('utf8').trim()}\n`);
  return exit === '';
}

const waiting = [...steps];
const failed: string[] = [];
async function worker(): Promise<void> {
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift())
    if (!(await passes(step))) failed.push(step.name);
}
await Promise.all([worker(), worker()]);
console.log(failed.length === 0 ? 'All checks passed.' : `Failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
