import { relative } from 'node:path';
import type { Reporter } from '@playwright/test/reporter';
import { makeReport } from './allure.ts';

/** Makes the Allure report once everything of a run is written. */
export default class AllureReporter implements Reporter {
  private ran = false;

  onTestEnd(): void {
    this.ran = true;
  }

  async onExit(): Promise<void> {
    if (!this.ran) return;
    const index = await makeReport();
    process.stdout.write(`Report: ${relative(process.cwd(), index)} (npx allure open reports/allure-report)\n`);
  }
}
