import type { TestCase, TestStep } from '@playwright/test/reporter';
import { isCriterionId, namedBy } from '../requirements/catalogue.ts';
import { lockStepOf, type LockStep } from '../fixtures/verdict/lock-step.ts';

/** From when to when, milliseconds. */
interface Period {
  from: number;
  to: number;
}

/** When a criterion was judged, and what of it was waiting for locks or having them. */
export interface Row extends Period {
  id: string;
  steps: (LockStep & Period)[];
}

const columns = 60;
/** Shorter waits say nothing about what stood in whose way. */
const worthTellingMs = 1_000;

/** When each criterion of a run was judged, in the order they began. */
export function rowsOf(tests: readonly TestCase[]): Row[] {
  const rows = tests.flatMap((test): Row[] => {
    const [id] = namedBy(test.tags).filter(isCriterionId);
    const result = test.results.at(-1);
    if (id === undefined || result === undefined || result.status === 'skipped') return [];
    const repeat = test.repeatEachIndex > 0 ? ` #${test.repeatEachIndex + 1}` : '';
    const steps = flat(result.steps).flatMap((step) => {
      const lockStep = lockStepOf(step.title);
      return lockStep === null ? [] : [{ ...lockStep, ...periodOf(step) }];
    });
    return [{ id: id + repeat, ...periodOf(result), steps }];
  });
  return rows.sort((a, b) => a.from - b.from);
}

/** Who ran when and who waited for whom, as lines for a terminal; none when there is nothing to compare. */
export function renderTimeline(rows: readonly Row[]): string[] {
  if (rows.length < 2) return [];
  const start = Math.min(...rows.map(({ from }) => from));
  const wall = Math.max(...rows.map(({ to }) => to)) - start;
  const idWidth = Math.max(...rows.map(({ id }) => id.length));
  const longest = rows.reduce((a, b) => (b.to - b.from > a.to - a.from ? b : a));
  const lines = rows.map((row) => {
    const cells = Array.from({ length: columns }, (_, column) =>
      cell(row, start + ((column + 0.5) * wall) / columns),
    ).join('');
    return `  ${row.id.padEnd(idWidth)}  ${cells}  ${waitsOf(row, rows)}`.trimEnd();
  });
  return [
    '',
    `Timeline of ${seconds(wall)}, a column ${seconds(wall / columns)}: ░ waits for a lock, ▒ runs beside others, █ has a lock alone; ` +
      `longest ${longest.id}, ${seconds(longest.to - longest.from)}`,
    ...lines,
  ];
}

function cell(row: Row, at: number): string {
  const during = ({ from, to }: Period): boolean => from <= at && at < to;
  if (!during(row)) return ' ';
  const now = row.steps.filter(during);
  if (now.some(({ phase }) => phase === 'waits for')) return '░';
  return now.some(({ mode }) => mode === 'exclusive') ? '█' : '▒';
}

/** "waited 93 s for loki (AC-lgtm-001-05)", with the one that stood longest in its way. */
function waitsOf(row: Row, rows: readonly Row[]): string {
  const locks = new Set(row.steps.map(({ lock }) => lock));
  const told = [...locks].flatMap((lock) => {
    const waits = row.steps.filter((step) => step.lock === lock && step.phase === 'waits for');
    const waited = waits.reduce((sum, { from, to }) => sum + to - from, 0);
    if (waited < worthTellingMs) return [];
    const [first] = rows
      .filter((other) => other !== row)
      .map((other) => ({ id: other.id, ms: inTheWay(waits, other, lock) }))
      .sort((a, b) => b.ms - a.ms);
    return [`${seconds(waited)} for ${lock}${first && first.ms > 0 ? ` (${first.id})` : ''}`];
  });
  return told.length === 0 ? '' : `waited ${told.join(', ')}`;
}

/** Milliseconds of these waits during which `other` had the lock and the two could not share it. */
function inTheWay(waits: readonly (LockStep & Period)[], other: Row, lock: string): number {
  const had = other.steps.filter((step) => step.lock === lock && step.phase === 'has');
  return waits
    .flatMap((wait) =>
      had
        .filter(({ mode }) => mode === 'exclusive' || wait.mode === 'exclusive')
        .map(({ from, to }) => Math.max(0, Math.min(wait.to, to) - Math.max(wait.from, from))),
    )
    .reduce((sum, ms) => sum + ms, 0);
}

function flat(steps: readonly TestStep[]): TestStep[] {
  return steps.flatMap((step) => [step, ...flat(step.steps)]);
}

function periodOf({ startTime, duration }: { startTime: Date; duration: number }): Period {
  // Of a step that never ended Playwright says -1.
  return { from: startTime.getTime(), to: startTime.getTime() + Math.max(0, duration) };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
