import { defineConfig } from '@playwright/test';

/** The harness's own tests; the acceptance specs have a configuration of their own at the top. */
export default defineConfig({
  testDir: '.',
  testMatch: '**/*.test.ts',
  globalSetup: './programs-ready.ts',
  outputDir: '../test-results/tests',
  fullyParallel: true,
  forbidOnly: true,
  workers: 3,
  timeout: 60_000,
  reporter: [['list']],
});
