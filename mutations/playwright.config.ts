import { defineConfig } from '@playwright/test';

/** Proves that the specs can turn red: each mutation breaks a deployment or puts a liar on its way. */
export default defineConfig({
  testDir: '.',
  testMatch: '**/*.mutations.ts',
  globalSetup: '../tests/programs-ready.ts',
  outputDir: '../test-results/mutations',
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  // Most of them wait for a limit of minutes to pass, so they wait side by side.
  workers: 6,
  timeout: 20 * 60_000,
  reporter: [['list']],
});
