import { components } from '../requirements/model.ts';
import { provideStackPrograms } from '../fixtures/programs.ts';

/** Provides the programs before the first test, with progress, so that no test's time goes into a build. */
export default async function programsReady(): Promise<void> {
  const interrupted = new AbortController();
  process.once('SIGINT', () => {
    interrupted.abort(new Error('interrupted'));
  });
  await provideStackPrograms(components, (text) => process.stdout.write(`${text}\n`), interrupted.signal);
}
