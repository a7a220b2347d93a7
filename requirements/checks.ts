import { namedBy } from './catalogue.ts';
import type { Requirement } from './model.ts';

/** A test of the suite, as far as the catalogue is concerned. */
export interface TaggedTest {
  readonly file: string;
  readonly title: string;
  /** With their @. */
  readonly tags: readonly string[];
}

/** What is wrong with a catalogue that should have exactly the ids `expected`: one line each. */
export function problemsOfCatalogue(
  catalogue: readonly Requirement[],
  expected: readonly string[],
): string[] {
  const entries = catalogue.flatMap((requirement) => requirement.entries);
  const ids = entries.map((entry) => entry.id);
  return [
    ...expected.filter((id) => !ids.includes(id)).map((id) => `${id} is missing`),
    ...ids.filter((id) => !expected.includes(id)).map((id) => `${id} is not an id of the requirements`),
    ...repeated(ids).map((id) => `${id} is there more than once`),
    ...repeated(catalogue.map(({ id }) => id)).map((id) => `requirement ${id} is there more than once`),
    ...entries.flatMap((entry) =>
      Object.entries(entry.thresholds)
        .filter(([, { limit }]) => !Number.isFinite(limit) || limit < 0)
        .map(([name, { limit }]) => `${entry.id}: the limit of ${name} is ${limit}`),
    ),
  ];
}

/** What is wrong with the suite's tests, measured by the catalogue: one line each. */
export function problemsOfSpecs(tests: readonly TaggedTest[], catalogue: readonly Requirement[]): string[] {
  const known = new Set(catalogue.flatMap(({ entries }) => entries.map(({ id }) => id)));
  const named = tests.flatMap(({ tags }) => namedBy(tags));
  return [
    ...tests.flatMap(({ file, title, tags }) => {
      const ids = namedBy(tags);
      const place = `${file}: "${title}"`;
      if (ids.length !== 1) return [`${place} names ${ids.length} entries of the catalogue instead of one`];
      return ids
        .filter((id) => !known.has(id))
        .map((id) => `${place} names ${id}, which the catalogue lacks`);
    }),
    ...repeated(named).map((id) => `${id} has more than one test`),
  ];
}

function repeated(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, at) => values.indexOf(value) !== at))];
}
