import { spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { test as base } from '@playwright/test';
import { messageOf } from '../../fixtures/errors.ts';
import { poll } from '../../fixtures/poll.ts';
import { provideStackPrograms } from '../../fixtures/programs.ts';
import { baseEnvironment, fullEnvironment, root, settings } from '../../fixtures/settings.ts';
import { descriptionFile, type StackDescription } from '../../fixtures/stack/description.ts';
import type { StackPrograms } from '../../fixtures/stack/options.ts';
import { Stack } from '../../fixtures/stack/stack.ts';
import { VerdictFile } from '../../fixtures/verdict/verdict.ts';
import { Disk } from './disk.ts';
import { processesWith, untilNoneWith } from './processes.ts';

export { expect } from '@playwright/test';

const cli = 'node_modules/@playwright/test/cli.js';

/** The criterion that is judged within seconds. */
export const quick = 'AC-lgtm-001-01';
/** A criterion that takes about half a minute: time to disturb it. */
export const slow = 'AC-lgtm-001-04';

/** A command as a user gives it in the repository, in a process group of its own as a terminal would start it. */
export class Command {
  /** What it printed, without colours. */
  output = '';
  /** Resolves with its exit code when it has ended and all its output is here; -1 after a signal. */
  readonly ended: Promise<number>;
  readonly #child: ChildProcess;
  #over = false;

  constructor(args: readonly string[], environment: NodeJS.ProcessEnv) {
    this.#child = spawn(process.execPath, args, {
      cwd: root,
      env: environment,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += stripVTControlCharacters(text);
      });
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code) => {
        this.#over = true;
        resolve(code ?? -1);
      });
    });
  }

  /** Resolves when it has printed `text`; throws if it ends before, or after a minute, with what it printed. */
  async says(text: string): Promise<void> {
    await poll(
      () => {
        if (this.output.includes(text)) return { done: true, value: undefined };
        if (this.#over) throw new Error(`it ended without '${text}':\n${this.output}`);
        return { done: false, seen: this.output };
      },
      { what: `'${text}'`, deadlineMs: 60_000, everyMs: 50 },
    );
  }

  /** Ctrl-C: the terminal signals the whole foreground group. */
  interrupt(): void {
    this.#signal(-1, 'SIGINT');
  }

  /** SIGKILL to the process the user started, and to no other. */
  kill(): void {
    this.#signal(1, 'SIGKILL');
  }

  /** SIGKILL to its whole group, if it still runs. */
  end(): void {
    if (!this.#over) this.#signal(-1, 'SIGKILL');
  }

  #signal(sign: 1 | -1, signal: NodeJS.Signals): void {
    if (this.#child.pid === undefined) throw new Error('the command did not start');
    process.kill(sign * this.#child.pid, signal);
  }
}

interface Place {
  /** A folder that is gone after the test; no process that was started with it may be left then. */
  folder: string;
  /** Variables on top of those that keep a command within the folder; undefined unsets one. */
  start: (args: readonly string[], environment?: NodeJS.ProcessEnv) => Command;
  /** `npx playwright test --grep <criteria>`. */
  judge: (criteria: string, environment?: NodeJS.ProcessEnv) => Command;
  /** `npm run <script>`, as package.json has it. */
  script: (name: string, args?: readonly string[], environment?: NodeJS.ProcessEnv) => Promise<Command>;
  /** What the run's verdicts.json says; null when there is none. */
  verdicts: (reports?: string) => Promise<Verdicts | null>;
  /** Run folders that were made. */
  runs: () => Promise<string[]>;
  /** A disk of so many bytes; skips the test where it cannot be had. */
  disk: (bytes: number) => Promise<Disk>;
  /** A copy of the manifests with one text in one file replaced; returns its folder. */
  mutated: (file: string, from: string | RegExp, to: string) => Promise<string>;
  /** A stack held by the test itself, stopped afterwards. */
  stack: (other?: StackChoice) => Promise<StackDescription>;
}

/** What a test's own stack has otherwise: further programs or other ones, and its folders. */
interface StackChoice {
  programs?: Partial<StackPrograms>;
  manifests?: string;
  runs?: string;
}

/** A verdicts.json as tests ask it. */
export interface Verdicts {
  run: string;
  durationMs: number;
  /** `<verdict>: <reason>` of an entry. */
  of: (id: string) => string;
  /** Ids of the entries with a verdict other than not-judged. */
  judged: string[];
}

export const test = base.extend<Place, { programs: StackPrograms }>({
  programs: [
    async ({}, use) => {
      await use(await provideStackPrograms(['loki'], () => {}));
    },
    { scope: 'worker' },
  ],
  folder: async ({}, use) => {
    test.skip(process.platform !== 'linux', 'what is left running is looked for in /proc');
    const folder = await mkdtemp(join(settings.tmp, 'lgtm-run-'));
    await use(folder);
    try {
      await untilNoneWith(folder, 5_000);
    } finally {
      for (const { pid } of await processesWith(folder)) process.kill(pid, 'SIGKILL');
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  },
  start: async ({ folder, programs }, use, testInfo) => {
    const commands: Command[] = [];
    await use((args, environment = {}) => {
      const command = new Command(args, {
        ...fullEnvironment(),
        LGTM_TARGET: undefined,
        LGTM_STACK: undefined,
        LGTM_KEEP: undefined,
        LGTM_RUNS: join(folder, 'runs'),
        LGTM_REPORTS: join(folder, 'reports'),
        LGTM_PROGRAM_LOKI: programs.loki,
        LGTM_PROGRAM_MINIO: programs.minio,
        LGTM_PROGRAM_GRAFANA: programs.grafana,
        ...environment,
      });
      commands.push(command);
      return command;
    });
    for (const command of commands) {
      command.end();
      await testInfo.attach('what the command printed', { body: command.output, contentType: 'text/plain' });
    }
  },
  judge: async ({ folder, start }, use) => {
    await use((criteria, environment) => {
      const output = join(folder, 'output');
      return start([cli, 'test', '--grep', criteria, '--output', output], environment);
    });
  },
  script: async ({ start }, use) => {
    const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    await use(async (name, args = [], environment = {}) => {
      const [node, ...words] = (scripts[name] ?? '').split(' ');
      if (node !== 'node') throw new Error(`package.json has no script ${name} that starts with node`);
      // It would install packages first, under the very feet of this test.

      test.skip(!(await installed()), 'the packages were not installed through npm test');
      return start([...words, ...args], environment);
    });
  },
  verdicts: async ({ folder }, use) => {
    await use(async (reports = join(folder, 'reports')) => {
      const text = await readFile(join(reports, 'verdicts.json'), 'utf8').catch(() => null);
      if (text === null) return null;
      const { run, durationMs, verdicts } = VerdictFile.parse(JSON.parse(text));
      return {
        run,
        durationMs,
        of: (id) =>
          verdicts
            .filter((each) => each.id === id)
            .map((each) => `${each.verdict}: ${each.reason}`)
            .join(),
        judged: verdicts.filter(({ verdict }) => verdict !== 'not-judged').map(({ id }) => id),
      };
    });
  },
  runs: async ({ folder }, use) => {
    await use(() => readdir(join(folder, 'runs')).catch(() => []));
  },
  disk: async ({ folder }, use) => {
    const disks: Disk[] = [];
    await use(async (bytes) => {
      const disk = await Disk.mount(join(folder, 'disk'), bytes).catch((error: unknown) => {
        test.skip(true, `a disk cannot be mounted here: ${messageOf(error)}`);
        throw error;
      });
      disks.push(disk);
      return disk;
    });
    for (const disk of disks) await disk.unmount();
  },
  mutated: async ({ folder }, use) => {
    await use(async (file, from, to) => {
      const manifests = await mkdtemp(join(folder, 'manifests-'));
      await cp(join(root, 'manifests'), manifests, { recursive: true });
      const path = join(manifests, file);
      const shipped = await readFile(path, 'utf8');
      const changed = shipped.replace(from, to);
      if (changed === shipped) throw new Error(`${file} has no ${String(from)} to change`);
      await writeFile(path, changed);
      return manifests;
    });
  },
  stack: async ({ folder, programs }, use) => {
    const stacks: Stack[] = [];
    await use(async (other = {}) => {
      const stack = await Stack.start({
        manifests: join(root, 'manifests'),
        runs: join(folder, 'runs'),
        ...other,
        programs: { ...programs, ...other.programs },
        keep: false,
        environment: baseEnvironment(),
      });
      stacks.push(stack);
      return stack.description;
    });
    for (const stack of stacks) await stack.stop();
  },
});

/** The description of the stack in a run folder. */
export async function describedIn(run: string): Promise<StackDescription> {
  return JSON.parse(await readFile(join(run, descriptionFile), 'utf8')) as StackDescription;
}

async function installed(): Promise<boolean> {
  const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8').catch(() => '');
  return (await read('node_modules/.installed-lock.json')) === (await read('package-lock.json'));
}
