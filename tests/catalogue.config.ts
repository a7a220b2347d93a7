import { defineConfig } from '@playwright/test';

/** The catalogue's tests alone, as `npm run check` runs them: they need no program. */
export default defineConfig({
  testDir: '.',
  testMatch: 'catalogue.test.ts',
  outputDir: '../test-results/check',
  forbidOnly: true,
  reporter: [['list']],
});
