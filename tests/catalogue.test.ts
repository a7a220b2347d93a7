import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { root } from '../fixtures/settings.ts';
import { listTests, specifiedIds } from '../reports/listing.ts';
import { catalogue, criterionOf, entry, labelsFor, namedBy, thresholds } from '../requirements/catalogue.ts';
import { problemsOfCatalogue, problemsOfSpecs } from '../requirements/checks.ts';
import type { Requirement } from '../requirements/model.ts';

/** The ids as the requirements write them, with the confidence they give. */
const confidences: Readonly<Record<string, number | null>> = {
  'AC-lgtm-001-01': 95,
  'AC-lgtm-001-02': 90,
  'AC-lgtm-001-03': 85,
  'AC-lgtm-001-04': 95,
  'AC-lgtm-001-05': 80,
  'AC-lgtm-002-01': 95,
  'AC-lgtm-002-02': 90,
  'AC-lgtm-002-03': 80,
  'AC-lgtm-002-04': 85,
  'AC-lgtm-002-05': 75,
  'AC-lgtm-003-01': 95,
  'AC-lgtm-003-02': 90,
  'AC-lgtm-003-03': 85,
  'AC-lgtm-003-04': 80,
  'AC-lgtm-003-05': 75,
  'AC-lgtm-004-01': 100,
  'AC-lgtm-004-02': 100,
  'AC-lgtm-004-03': 90,
  'AC-lgtm-004-04': 100,
  'AC-lgtm-005-01': 90,
  'AC-lgtm-005-02': 95,
  'AC-lgtm-005-03': 85,
  'AC-lgtm-005-04': 90,
  'NFR-lgtm-d4f8c2a1-PERF-001': null,
  'NFR-lgtm-d4f8c2a1-PERF-002': null,
  'NFR-lgtm-d4f8c2a1-SEC-001': null,
  'NFR-lgtm-d4f8c2a1-SEC-002': null,
  'NFR-lgtm-d4f8c2a1-SCALE-001': null,
  'NFR-lgtm-d4f8c2a1-SCALE-002': null,
  'NFR-lgtm-d4f8c2a1-OPS-001': null,
  'NFR-lgtm-d4f8c2a1-OPS-002': null,
  'NFR-lgtm-d4f8c2a1-RECOVER-001': null,
};
const ids = Object.keys(confidences);
const specs = join(root, 'specs');
const cli = join(root, 'node_modules/@playwright/test/cli.js');

test.describe('the catalogue', () => {
  test('has the 23 criteria and 9 NFRs of the requirements and nothing else', () => {
    expect(ids.filter((id) => id.startsWith('AC-'))).toHaveLength(23);
    expect(ids.filter((id) => id.startsWith('NFR-'))).toHaveLength(9);
    expect(problemsOfCatalogue(catalogue, ids)).toEqual([]);
  });

  test('gives each entry the confidence of the requirements', () => {
    const given = catalogue.flatMap(({ entries }) => entries.map(({ id, confidence }) => [id, confidence]));
    expect(Object.fromEntries(given)).toEqual(confidences);
  });

  test('files each criterion under the requirement its id names', () => {
    const criteria = catalogue.flatMap(({ id, fullId, entries }) =>
      entries.filter((each) => each.id.startsWith('AC-')).map((each) => ({ id, fullId, criterion: each.id })),
    );
    for (const { id, fullId, criterion } of criteria) {
      const [, number = ''] = /^AC-lgtm-(\d{3})-\d\d$/.exec(criterion) ?? [];
      expect(id).toBe(`REQ-lgtm-${number}`);
      expect(fullId).toBe(`REQ-lgtm-d4f8c2a1-${number}`);
    }
  });

  test('has the limits of the requirements', () => {
    expect(thresholds('AC-lgtm-001-02').chunkInS3Within).toMatchObject({ limit: 300, unit: 's' });
    expect(thresholds('AC-lgtm-001-05').answerWithin).toMatchObject({ limit: 3, unit: 's' });
    expect(thresholds('AC-lgtm-001-05').range.limit).toBe(24 * 3600);
    expect(thresholds('AC-lgtm-002-02').traceInS3Within).toMatchObject({ limit: 600, unit: 's' });
    expect(thresholds('AC-lgtm-002-04').expiresAfter).toMatchObject({ limit: 30, unit: 'days' });
    expect(thresholds('AC-lgtm-002-05').answerWithin).toMatchObject({ limit: 5, unit: 's' });
    expect(thresholds('AC-lgtm-003-02').storedWithin).toMatchObject({ limit: 60, unit: 's' });
    expect(thresholds('AC-lgtm-003-04').bufferedFor).toMatchObject({ limit: 2 * 3600, unit: 's' });
    expect(thresholds('AC-lgtm-003-05').answerWithin).toMatchObject({ limit: 3, unit: 's' });
    expect(thresholds('AC-lgtm-003-05').range.limit).toBe(7 * 24 * 3600);
    expect(thresholds('NFR-lgtm-d4f8c2a1-PERF-001').answerWithin).toMatchObject({ limit: 5, unit: 's' });
    expect(thresholds('NFR-lgtm-d4f8c2a1-PERF-001').range.limit).toBe(24 * 3600);
    expect(thresholds('NFR-lgtm-d4f8c2a1-PERF-002').rate).toMatchObject({ limit: 10, unit: 'MB/s' });
    expect(thresholds('NFR-lgtm-d4f8c2a1-SCALE-002').replicas.limit).toBe(1);
    expect(thresholds('NFR-lgtm-d4f8c2a1-SCALE-002').memoryRequest).toMatchObject({
      limit: 2_147_483_648,
      unit: 'bytes',
      comparison: 'below',
    });
    expect(thresholds('NFR-lgtm-d4f8c2a1-RECOVER-001').recoveredWithin).toMatchObject({
      limit: 300,
      unit: 's',
    });
    // @ts-expect-error a name that the entry does not have is a compile error
    const absent: unknown = thresholds('AC-lgtm-001-02').answerWithin;
    expect(absent).toBeUndefined();
  });

  test('finds an entry by its id and by the tag of a test', () => {
    expect(entry('AC-lgtm-001-04').title).toContain('CrashLoopBackOff');
    expect(criterionOf(['@slow', '@AC-lgtm-001-04'])).toBe('AC-lgtm-001-04');
    for (const tags of [[], ['@slow'], ['@AC-lgtm-009-01'], ['@AC-lgtm-001-01', '@AC-lgtm-001-02']])
      expect(() => criterionOf(tags)).toThrow('must name exactly one catalogue entry');
  });

  test('labels a verdict with product area, requirement and criterion', () => {
    expect(labelsFor('AC-lgtm-001-02')).toEqual({
      epic: 'Logs',
      feature: 'REQ-lgtm-001 Loki keeps the logs in S3',
      story: 'AC-lgtm-001-02',
    });
  });
});

test.describe('the specs', () => {
  test('have one test per entry, each tagged with an id of the catalogue', async () => {
    const tests = await listTests([cli, 'test'], root);
    expect(problemsOfSpecs(tests, catalogue)).toEqual([]);
    // The reporter reads ids from the spec files' text; it must see what Playwright sees.
    expect([...(await specifiedIds(specs))].sort()).toEqual(
      tests.flatMap(({ tags }) => namedBy(tags)).sort(),
    );
  });
});

test('each criterion that has a test has a mutation that must turn it red', async () => {
  const config = join(root, 'mutations/playwright.config.ts');
  const mutations = await listTests([cli, 'test', '--config', config], root);
  const mutated = new Set(mutations.map(({ title }) => title.split(' is red: ')[0] ?? ''));
  expect([...(await specifiedIds(specs))].filter((id) => !mutated.has(id))).toEqual([]);
});

test.describe('the checks themselves', () => {
  const sound: Requirement = {
    id: 'REQ-lgtm-001',
    fullId: 'REQ-lgtm-d4f8c2a1-001',
    title: 'made up',
    epic: 'made up',
    components: [],
    entries: [
      {
        id: 'AC-lgtm-001-01',
        title: 'made up',
        statement: 'made up',
        confidence: 95,
        thresholds: { within: { limit: 1, unit: 's', comparison: 'at most', of: 'made up' } },
        judged: { local: 'made up', cluster: 'made up' },
      },
    ],
  };
  const [only] = sound.entries;
  if (only === undefined) throw new Error('the made-up requirement has an entry');
  const tagged = { file: 'a.spec.ts', title: 'a test', tags: ['@AC-lgtm-001-01'] };

  test('pass what is sound', () => {
    expect(problemsOfCatalogue([sound], ['AC-lgtm-001-01'])).toEqual([]);
    expect(problemsOfSpecs([tagged], [sound])).toEqual([]);
  });

  test('see a missing, an unknown and a repeated id in the catalogue', () => {
    expect(problemsOfCatalogue([sound], ['AC-lgtm-001-01', 'AC-lgtm-001-02'])).toEqual([
      'AC-lgtm-001-02 is missing',
    ]);
    expect(problemsOfCatalogue([sound], [])).toEqual(['AC-lgtm-001-01 is not an id of the requirements']);
    expect(problemsOfCatalogue([sound, { ...sound, id: 'REQ-lgtm-002' }], ['AC-lgtm-001-01'])).toEqual([
      'AC-lgtm-001-01 is there more than once',
    ]);
    expect(problemsOfCatalogue([sound, { ...sound, entries: [] }], ['AC-lgtm-001-01'])).toEqual([
      'requirement REQ-lgtm-001 is there more than once',
    ]);
  });

  for (const limit of [Number.NaN, Number.POSITIVE_INFINITY, -1])
    test(`see a limit of ${limit}`, () => {
      const bad = {
        ...only,
        thresholds: { within: { limit, unit: 's', comparison: 'at most', of: '' } },
      } as const;
      expect(problemsOfCatalogue([{ ...sound, entries: [bad] }], ['AC-lgtm-001-01'])).toEqual([
        `AC-lgtm-001-01: the limit of within is ${limit}`,
      ]);
    });

  test('see an unknown id, a missing tag and a criterion with two tests', () => {
    expect(problemsOfSpecs([{ ...tagged, tags: ['@AC-lgtm-001-99'] }], [sound])).toEqual([
      'a.spec.ts: "a test" names AC-lgtm-001-99, which the catalogue lacks',
    ]);
    expect(problemsOfSpecs([{ ...tagged, tags: ['@slow'] }], [sound])).toEqual([
      'a.spec.ts: "a test" names 0 entries of the catalogue instead of one',
    ]);
    expect(problemsOfSpecs([tagged, { ...tagged, file: 'b.spec.ts' }], [sound])).toEqual([
      'AC-lgtm-001-01 has more than one test',
    ]);
  });
});
