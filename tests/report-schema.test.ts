import { mkdir, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Verdict } from '../fixtures/verdict/verdict.ts';
import { schemaText } from '../reports/schema.ts';
import { schemaFile, writeVerdictFile } from '../reports/verdict-file.ts';

const verdict: Verdict = {
  id: 'AC-lgtm-001-02',
  verdict: 'passed',
  reason: '',
  measurement: null,
  measurements: [
    {
      name: 'slowest chunk in S3',
      value: 83.2,
      unit: 's',
      threshold: 300,
      comparison: 'at most',
      samples: 100_000,
      details: { p50: 61.5, query: '{run="r"}' },
    },
  ],
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
const content = {
  run: 'r1',
  startedAt: '2025-01-02T03:04:05.678Z',
  durationMs: 91_000,
  target: 'local',
  verdicts: [verdict],
};

async function validator(): Promise<(value: unknown) => boolean> {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, formats: { 'date-time': true } });
  return ajv.compile(JSON.parse(await readFile(schemaFile, 'utf8')) as object);
}

test('the published schema is the one the reporter writes by', async () => {
  expect(
    await readFile(schemaFile, 'utf8'),
    'reports/verdicts.schema.json is stale — run: node --import tsx reports/schema.ts',
  ).toBe(await schemaText());
});

test('a written file fits the published schema and names it', async ({}, { outputDir }) => {
  const path = join(outputDir, 'new', 'verdicts.json');
  await writeVerdictFile(path, content);
  const written = JSON.parse(await readFile(path, 'utf8')) as { $schema: string };
  const fits = await validator();
  expect(fits(written)).toBe(true);
  expect(join(outputDir, 'new', written.$schema)).toBe(schemaFile);
  expect(await readdir(join(outputDir, 'new'))).toEqual(['verdicts.json']);
});

test('the published schema refuses what is not a verdict file', async () => {
  const fits = await validator();
  const file = { $schema: './verdicts.schema.json', ...content };
  expect(fits(file)).toBe(true);
  expect(fits({ ...file, startedAt: 'yesterday' })).toBe(false);
  expect(fits({ ...file, verdicts: [{ ...verdict, verdict: 'green' }] })).toBe(false);
  expect(fits({ ...file, verdicts: [{ ...verdict, note: 'extra' }] })).toBe(false);
  expect(fits({ ...file, verdicts: [{ ...verdict, durationMs: -1 }] })).toBe(false);
});

test('content that does not fit is not written', async ({}, { outputDir }) => {
  await mkdir(outputDir, { recursive: true });
  await expect(
    writeVerdictFile(join(outputDir, 'verdicts.json'), { ...content, startedAt: 'now' }),
  ).rejects.toThrow();
  expect(await readdir(outputDir)).toEqual([]);
});
