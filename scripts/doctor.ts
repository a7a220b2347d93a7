import { execFile } from 'node:child_process';
import { access, constants, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { freemem } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../fixtures/errors.ts';
import { fullEnvironment, settings } from '../fixtures/settings.ts';
import { goFor } from '../programs/go.ts';
import { assetOf, type Pin, type Program } from '../programs/pin.ts';
import { pins } from '../programs/pins.ts';
import { inspect } from '../programs/provide.ts';

const help = `npm run doctor: what the harness needs, and whether it is there.
Lists every program with version, source and path, then every other need. Downloads, builds and changes nothing.
Exit 0 if everything mandatory is there, 1 otherwise.`;

interface Need {
  readonly name: string;
  readonly found: string;
  /** What to do; null if the need is met. */
  readonly nextStep: string | null;
  readonly mandatory: boolean;
}

/** A program's line: what would be used, that it is not there yet, or why the one the user named cannot be used. */
interface Row {
  readonly pin: Pin;
  readonly program: Program | null;
  readonly fault: string | null;
}

const environment = fullEnvironment();
const never = new AbortController().signal;
const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

async function look(pin: Pin): Promise<Row> {
  try {
    const namedPath = settings.namedPrograms[pin.name];
    return { pin, program: await inspect(pin, { cacheDir: settings.cache, namedPath }), fault: null };
  } catch (thrown) {
    return { pin, program: null, fault: messageOf(thrown) };
  }
}

/** True if the release of this pin can be asked for; nothing is downloaded. */
async function downloadable(pin: Pin): Promise<boolean> {
  const asset = assetOf(pin);
  if ('none' in asset) return false;
  const answer = fetch(asset.url, { method: 'HEAD', signal: AbortSignal.timeout(5000) });
  return answer.then(
    (response) => response.ok,
    () => false,
  );
}

async function onPath(...names: string[]): Promise<string | null> {
  for (const name of names)
    for (const folder of (environment['PATH'] ?? '').split(delimiter)) {
      const path = join(folder, name);
      const there = await access(path, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (folder !== '' && there) return path;
    }
  return null;
}

function node(): Need {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const old = major < 20 || (major === 20 && minor < 19);
  const nextStep = old ? 'install Node 20.19 or newer' : null;
  return { name: 'Node', found: process.version, nextStep, mandatory: true };
}

async function git(): Promise<Need> {
  const found = await promisify(execFile)('git', ['--version']).then(
    ({ stdout }) => stdout.trim(),
    () => null,
  );
  return {
    name: 'git',
    found: found ?? 'not found',
    nextStep: found === null ? 'install git' : null,
    mandatory: false,
  };
}

/** Go, as far as programs have to be built that are not there and cannot be downloaded. */
async function go(toBuild: readonly Pin[]): Promise<Need> {
  const mandatory = toBuild.length > 0;
  let found = '';
  for (const pin of mandatory ? toBuild : Object.values(pins))
    try {
      found = await goFor(pin.recipe, environment, never);
    } catch (thrown) {
      return {
        name: 'Go',
        found: `cannot build ${pin.name}`,
        nextStep: messageOf(thrown),
        mandatory,
      };
    }
  return { name: 'Go', found, nextStep: null, mandatory };
}

async function compiler(toBuild: readonly Pin[]): Promise<Need> {
  const named = environment['CC']?.split(' ')[0];
  const found = await onPath(...(named ? [named] : []), 'gcc', 'clang', 'cc');
  return {
    name: 'C compiler',
    found: found ?? 'not found',
    nextStep: found ? null : 'install gcc or clang; building Grafana needs one',
    mandatory: toBuild.some((pin) => pin.recipe.cgo),
  };
}

async function python(): Promise<Need> {
  const found = await promisify(execFile)('python3', ['-m', 'pip', '--version']).then(
    ({ stdout }) => stdout.trim().split(' from ')[0] ?? '',
    () => null,
  );
  return {
    name: 'Python with pip',
    found: found ?? 'not found',
    nextStep: found === null ? 'install it; only tests of the bucket step need it, for AWS’s client' : null,
    mandatory: false,
  };
}

async function chromium(): Promise<Need> {
  const found = await onPath('chromium', 'chromium-browser', 'google-chrome');
  const nextStep = found ? null : 'install Chromium; only checks of Grafana’s pages need it';
  return { name: 'Chromium', found: found ?? 'not found', nextStep, mandatory: false };
}

async function disk(name: string, folder: string, neededBytes: number): Promise<Need> {
  let existing = folder;
  for (;;) {
    try {
      const { bavail, bsize } = await statfs(existing);
      await access(existing, constants.W_OK);
      const free = bavail * bsize;
      const found = `${gigabytes(free)} free in ${existing}`;
      const nextStep = free < neededBytes ? `free ${gigabytes(neededBytes)} there` : null;
      return { name, found, nextStep, mandatory: true };
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT')
        return { name, found: messageOf(thrown), nextStep: 'see to that folder', mandatory: true };
      existing = dirname(existing);
    }
  }
}

function memory(): Need {
  const free = freemem();
  const nextStep = free < 2e9 ? 'have 2 GB free; a build takes as much' : null;
  return { name: 'memory', found: `${gigabytes(free)} free`, nextStep, mandatory: true };
}

function ports(): Promise<Need> {
  return new Promise((resolve) => {
    const server = createServer();
    const need = (found: string, nextStep: string | null): Need => ({
      name: 'ports',
      found,
      nextStep,
      mandatory: true,
    });
    server.once('error', (error) => {
      resolve(need(error.message, 'allow listening on 127.0.0.1'));
    });
    server.listen(0, '127.0.0.1', () => {
      server.close(() => {
        resolve(need('free ones can be bound on 127.0.0.1', null));
      });
    });
  });
}

/** Rows with their columns padded to one width, but for the last. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map(
      (row) =>
        '  ' +
        row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd(),
    )
    .join('\n');
}

function describe({ pin, program, fault }: Row, goVersion: string): string[] {
  if (fault !== null) return [pin.name, '-', 'named path', fault];
  if (program)
    return [
      pin.name,
      program.version,
      program.source,
      program.path + (program.from === program.path ? '' : ` (${program.from})`),
    ];
  const { release, recipe } = pin;
  const version =
    release.version === recipe.version ? release.version : `${release.version} (built: ${recipe.version})`;
  return [
    pin.name,
    version,
    '-',
    `not there yet: would be downloaded, or built with ${goVersion} in about ${recipe.minutes} min`,
  ];
}

async function doctor(): Promise<number> {
  const rows = await Promise.all(Object.values(pins).map(look));
  // helm is needed only where the chart can be had too.
  const absent = rows
    .filter((row) => row.program === null && row.fault === null && row.pin.name !== 'helm')
    .map((row) => row.pin);
  const offered = await Promise.all(absent.map(downloadable));
  const toBuild = absent.filter((_, index) => !offered[index]);
  const goNeed = await go(toBuild);
  const needs = [
    node(),
    goNeed,
    await compiler(toBuild),
    await git(),
    await chromium(),
    await python(),
    await disk('cache', settings.cache, absent.length > 0 ? 4e9 : 0),
    await disk('runs', settings.runs, 4e9),
    memory(),
    await ports(),
  ];
  console.log('Programs');
  console.log(
    table([
      ['program', 'version', 'source', 'path'],
      ...rows.map((row) => describe(row, goNeed.nextStep === null ? goNeed.found : 'Go')),
    ]),
  );
  for (const pin of toBuild)
    console.log(`  ${pin.name}: its release cannot be reached, so it would be built`);
  console.log('\nNeeds');
  console.log(
    table(
      needs.map(({ name, found, nextStep, mandatory }) => [
        name,
        nextStep === null ? 'ok' : mandatory ? 'MISSING' : 'optional',
        nextStep === null ? found : `${found} — ${nextStep}`,
      ]),
    ),
  );
  const unmet = needs.some((need) => need.mandatory && need.nextStep !== null);
  return unmet || rows.some((row) => row.fault !== null) ? 1 : 0;
}

if (process.argv.includes('--help')) console.log(help);
else process.exitCode = await doctor();
