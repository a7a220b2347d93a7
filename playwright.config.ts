import { defineConfig } from '@playwright/test';
import { join } from 'node:path';
import { settings } from './fixtures/settings.ts';

export default defineConfig({
  testDir: 'specs',
  // Those with the longest waits begin first.
  projects: [
    { name: 'acceptance', testMatch: '**/REQ-*.spec.ts' },
    { name: 'non-functional', testMatch: '**/NFR-*.spec.ts' },
  ],
  outputDir: 'test-results/specs',
  globalSetup: './fixtures/global-setup.ts',
  globalTeardown: './fixtures/global-teardown.ts',
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  // Each criterion mostly waits; what may not overlap is kept apart by the target's locks.
  workers: 10,
  // The longest wait a criterion demands is ten minutes, and locks may double it; an outage of S3 holds up the others
  // that need the component.
  timeout: (25 + 2 * (settings.outageMinutes || 0)) * 60_000,
  reporter: [
    ['list'],
    ['allure-playwright', { resultsDir: join(settings.reports, 'allure-results'), detail: false }],
    ['./reports/verdict-reporter.ts'],
    ['./reports/allure-reporter.ts'],
  ],
});
