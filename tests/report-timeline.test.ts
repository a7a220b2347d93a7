import { expect, test } from '@playwright/test';
import { renderTimeline, type Row } from '../reports/timeline.ts';
import { lockStepOf, titleOf, type LockStep } from '../fixtures/verdict/lock-step.ts';

const second = 1_000;
const step = (
  from: number,
  to: number,
  phase: LockStep['phase'],
  lock: string,
  mode: LockStep['mode'],
): Row['steps'][number] => ({ from: from * second, to: to * second, phase, lock, mode });

test('a lock step is known by its title, and no other step is', () => {
  const lockStep: LockStep = { phase: 'waits for', lock: 'loki', mode: 'exclusive' };
  expect(lockStepOf(titleOf(lockStep))).toEqual(lockStep);
  for (const other of ['', 'has', 'has loki', 'has a look (shared)', 'waits for loki (alone)'])
    expect(lockStepOf(other)).toBeNull();
});

test('who ran alone, who waited, and for whom', () => {
  const [head = '', ...lines] = renderTimeline([
    {
      id: 'AC-lgtm-001-02',
      from: 0,
      to: 60 * second,
      steps: [step(0, 0, 'waits for', 'loki', 'shared'), step(0, 30, 'has', 'loki', 'shared')],
    },
    {
      id: 'AC-lgtm-001-03',
      from: 10 * second,
      to: 50 * second,
      steps: [step(10, 30, 'waits for', 'loki', 'exclusive'), step(30, 50, 'has', 'loki', 'exclusive')],
    },
  ]).slice(1);
  expect(head).toContain('Timeline of 60 s, a column 1 s');
  expect(head).toContain('longest AC-lgtm-001-02, 60 s');
  expect(lines).toEqual([
    `  AC-lgtm-001-02  ${'▒'.repeat(60)}`,
    `  AC-lgtm-001-03  ${' '.repeat(10)}${'░'.repeat(20)}${'█'.repeat(20)}${' '.repeat(10)}  waited 20 s for loki (AC-lgtm-001-02)`,
  ]);
});

test('two that share a lock are in nobody’s way, and one criterion alone has no timeline', () => {
  const sharing = (id: string): Row => ({
    id,
    from: 0,
    to: 60 * second,
    steps: [step(0, 5, 'waits for', 'tempo', 'shared'), step(5, 60, 'has', 'tempo', 'shared')],
  });
  const lines = renderTimeline([sharing('AC-lgtm-002-01'), sharing('AC-lgtm-002-02')]);
  expect(lines.at(-1)).toMatch(/waited 5 s for tempo$/);
  expect(renderTimeline([sharing('AC-lgtm-002-01')])).toEqual([]);
});
