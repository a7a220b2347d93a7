import { expect, test } from '@playwright/test';
import type { Verdict, VerdictFile } from '../fixtures/verdict/verdict.ts';
import { figure, renderMatrix } from '../reports/matrix.ts';
import { worst } from '../reports/verdict-of-test.ts';

const measurement = {
  name: 'slowest chunk in S3',
  value: 83.2,
  unit: 's',
  threshold: 300,
  comparison: 'at most',
  samples: 100_000,
  details: {},
} as const;
const passed: Verdict = {
  id: 'AC-lgtm-001-02',
  verdict: 'passed',
  reason: '',
  measurement,
  measurements: [measurement],
  target: 'local',
  deviations: [
    {
      component: 'loki',
      setting: '-server.http-listen-port',
      shipped: '3100',
      judged: '40001',
      reason: 'free port',
    },
  ],
  durationMs: 90_000,
};
const failed: Verdict = {
  ...passed,
  id: 'AC-lgtm-001-03',
  verdict: 'failed',
  reason: '3 acknowledged lines are missing',
  measurement: {
    ...measurement,
    name: 'lines lost',
    value: 3,
    unit: 'lines',
    threshold: 0,
    comparison: 'exactly',
  },
};
const broken: Verdict = {
  ...passed,
  id: 'AC-lgtm-001-04',
  verdict: 'broken',
  reason: 'S3 is gone',
  measurement: null,
};
const notJudged: Verdict = {
  ...passed,
  id: 'NFR-lgtm-d4f8c2a1-SEC-001',
  verdict: 'not-judged',
  reason: 'no test yet',
  measurement: null,
};
const file: VerdictFile = {
  $schema: './verdicts.schema.json',
  run: 'r1',
  startedAt: '2025-01-02T03:04:05.678Z',
  durationMs: 91_400,
  target: 'local',
  verdicts: [passed, failed, broken, notJudged],
};

test('each entry has a line with outcome, id, title, figure or reason', () => {
  const lines = renderMatrix(file, false).split('\n');
  const line = (id: string): string =>
    (lines.find((each) => each.includes(id)) ?? '').replace(/ +/g, ' ').trim();
  expect(lines[0]).toBe('REQ-lgtm-001  Loki keeps the logs in S3');
  expect(line('AC-lgtm-001-02')).toBe(
    'passed AC-lgtm-001-02 Chunks in S3 within 5 minutes slowest chunk in S3: 83.2 s, limit at most 300 s (100,000 samples)',
  );
  expect(line('AC-lgtm-001-03')).toContain('lines lost: 3 lines, limit exactly 0 lines');
  expect(lines.filter((each) => each.trim() === '3 acknowledged lines are missing')).toHaveLength(1);
  expect(line('AC-lgtm-001-04')).toMatch(/^broken .* S3 is gone$/);
  expect(line('SEC-001')).toMatch(/^not judged .* no test yet$/);
});

test('the last line has the totals, the run and the number of different deviations', () => {
  expect(renderMatrix(file, false).split('\n').at(-1)).toBe(
    '1 passed, 1 failed, 1 broken, 1 not judged — target local, run r1, 91 s, deviations from the shipped configuration: 1',
  );
});

test('outcomes have colours only where they are wanted', () => {
  expect(renderMatrix(file, false)).not.toContain('\x1b');
  expect(renderMatrix(file, true)).toContain('\x1b[31mfailed    \x1b[0m');
});

test('a figure near its limit is not rounded onto it', () => {
  expect(figure({ ...measurement, value: 300.04 })).toContain('300.04 s, limit at most 300 s');
  expect(figure({ ...measurement, threshold: null, comparison: null })).toBe(
    'slowest chunk in S3: 83.2 s (100,000 samples)',
  );
});

test('of a repeated test the worst verdict counts, wherever it stands', () => {
  const pass = { ...passed, id: 'x' };
  expect(worst([pass, failed, pass]).verdict).toBe('failed');
  expect(worst([broken, pass]).verdict).toBe('broken');
  expect(worst([broken, failed]).verdict).toBe('failed');
  expect(worst([pass, notJudged]).verdict).toBe('not-judged');
  expect(worst([pass, pass]).verdict).toBe('passed');
});
