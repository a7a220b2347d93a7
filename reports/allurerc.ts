import { join } from 'node:path';
import { defineConfig } from 'allure';
import { settings } from '../fixtures/settings.ts';

/** `npx allure generate -c reports/allurerc.ts` makes reports/allure-report from reports/allure-results. */
export default defineConfig({
  name: 'LGTM acceptance',
  resultsDir: join(settings.reports, 'allure-results'),
  output: join(settings.reports, 'allure-report'),
  plugins: {
    awesome: { options: { groupBy: ['epic', 'feature', 'story'], singleFile: false } },
  },
});
