import type { Component, Entry, Requirement, Threshold } from './model.ts';
import { nonFunctional } from './NFR.ts';
import { loki } from './REQ-lgtm-001.ts';
import { tempo } from './REQ-lgtm-002.ts';
import { mimir } from './REQ-lgtm-003.ts';
import { credentials } from './REQ-lgtm-004.ts';
import { dataSources } from './REQ-lgtm-005.ts';

const requirements = [loki, tempo, mimir, credentials, dataSources, ...nonFunctional] as const;

type AnyEntry = (typeof requirements)[number]['entries'][number];

/** The id of a catalogue entry: AC-lgtm-001-02, NFR-lgtm-d4f8c2a1-PERF-001. */
export type CriterionId = AnyEntry['id'];

/** The limits of one entry by name. */
type ThresholdsOf<Id extends CriterionId> = {
  readonly [Name in keyof Extract<AnyEntry, { id: Id }>['thresholds']]: Threshold;
};

/** Every requirement, in the order in which reports list them. */
export const catalogue: readonly Requirement[] = requirements;

const places = new Map(
  catalogue.flatMap((requirement) =>
    requirement.entries.map((entry) => [entry.id, { requirement, entry }] as const),
  ),
);

/** Whether a string is the id of a catalogue entry. */
export function isCriterionId(id: string): id is CriterionId {
  return places.has(id);
}

function place(id: CriterionId): { requirement: Requirement; entry: Entry } {
  const found = places.get(id);
  if (found === undefined) throw new Error(`${id} is not in the catalogue — see requirements/ for the ids`);
  return found;
}

/** The catalogue entry of an id. */
export function entry(id: CriterionId): Entry {
  return place(id).entry;
}

/** The limits of an entry, by name: `thresholds('AC-lgtm-001-02').chunkInS3Within.limit`, in its `unit`. */
export function thresholds<Id extends CriterionId>(id: Id): ThresholdsOf<Id> {
  return place(id).entry.thresholds as ThresholdsOf<Id>;
}

/** The components that must run for an entry to be judged. */
export function componentsOf(id: CriterionId): readonly Component[] {
  const { requirement, entry } = place(id);
  return entry.components ?? requirement.components;
}

/**
 * The entry a test judges, by its tags (`@AC-lgtm-001-02`).
 * @throws Error if the tags name none, several, or one that the catalogue does not have
 */
export function criterionOf(tags: readonly string[]): CriterionId {
  const [id, ...others] = namedBy(tags);
  if (id === undefined || others.length > 0 || !isCriterionId(id))
    throw new Error(
      `tags [${tags.join(', ')}] must name exactly one catalogue entry — tag the test with one id of requirements/, as @AC-lgtm-001-02`,
    );
  return id;
}

/** The ids that tags name, whether the catalogue has them or not. */
export function namedBy(tags: readonly string[]): string[] {
  return tags.flatMap((tag) => /^@((?:AC|NFR)-.+)$/.exec(tag)?.[1] ?? []);
}

/** The labels a verdict is reported under: product area, requirement, criterion. */
export function labelsFor(id: CriterionId): { epic: string; feature: string; story: string } {
  const { requirement, entry } = place(id);
  return { epic: requirement.epic, feature: `${requirement.id} ${requirement.title}`, story: entry.id };
}
