import { catalogue } from '../requirements/catalogue.ts';
import type { Measurement, Outcome, Verdict, VerdictFile } from '../fixtures/verdict/verdict.ts';

const colours: Record<Outcome, number> = { passed: 32, failed: 31, broken: 33, 'not-judged': 90 };
const outcomes = Object.keys(colours) as Outcome[];

/** The matrix's blocks: one per requirement with criteria, one for all NFRs, each of which is its own only entry. */
const withCriteria = catalogue.filter(({ id, entries }) => !entries.some((entry) => entry.id === id));
const groups = [
  ...withCriteria.map(({ id, title, entries }) => ({ heading: `${id}  ${title}`, entries })),
  {
    heading: 'Non-functional requirements',
    entries: catalogue.filter((each) => !withCriteria.includes(each)).flatMap(({ entries }) => entries),
  },
];

/**
 * The requirement matrix for a terminal: per requirement its entries with outcome, figure and reason,
 * then the totals.
 */
export function renderMatrix(file: VerdictFile, colour: boolean): string {
  const paint = (outcome: Outcome, text: string): string =>
    colour ? `\x1b[${colours[outcome]}m${text}\x1b[0m` : text;
  const verdicts = new Map(file.verdicts.map((verdict) => [verdict.id, verdict]));
  const titleWidth = Math.max(
    ...catalogue.flatMap(({ entries }) => entries.map(({ title }) => title.length)),
  );

  const blocks = groups.map(({ heading, entries }) => [
    heading,
    ...entries.flatMap((entry) => {
      const verdict = verdicts.get(entry.id);
      if (verdict === undefined) return [];
      const idWidth = Math.max(...entries.map(({ id }) => id.length));
      const outcome = paint(verdict.verdict, labelOf(verdict.verdict).padEnd(10));
      const [first = '', ...more] = notesOn(verdict);
      const line = `  ${outcome}  ${entry.id.padEnd(idWidth)}  ${entry.title.padEnd(titleWidth)}  ${first}`;
      return [line.trimEnd(), ...more.map((note) => `              ${note}`)];
    }),
  ]);

  const totals = outcomes.map((outcome) => {
    const count = file.verdicts.filter(({ verdict }) => verdict === outcome).length;
    return paint(outcome, `${count} ${labelOf(outcome)}`);
  });
  const deviations = new Set(
    file.verdicts.flatMap((verdict) => verdict.deviations.map((d) => JSON.stringify(d))),
  );
  return [
    ...blocks.flatMap((lines) => [...lines, '']),
    `${totals.join(', ')} — target ${file.target}, run ${file.run}, ${Math.round(file.durationMs / 1000)} s, ` +
      `deviations from the shipped configuration: ${deviations.size}`,
  ].join('\n');
}

function labelOf(outcome: Outcome): string {
  return outcome === 'not-judged' ? 'not judged' : outcome;
}

/** What is said of a verdict: its figure, if it has one, and its reason, if it has one. */
function notesOn({ measurement, reason }: Verdict): string[] {
  return [...(measurement === null ? [] : [figure(measurement)]), ...(reason === '' ? [] : [reason])];
}

/** A measurement in words: "slowest chunk in S3: 83.2 s, limit at most 300 s (100,000 samples)". */
export function figure({ name, value, unit, threshold, comparison, samples }: Measurement): string {
  const limit = threshold === null ? '' : `, limit ${comparison ?? ''} ${number(threshold)} ${unit}`;
  return `${name}: ${number(value)} ${unit}${limit} (${number(samples)} samples)`;
}

function number(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 3 });
}
