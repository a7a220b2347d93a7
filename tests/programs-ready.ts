import { components } from '../requirements/model.ts';
import { provideStackPrograms } from '../fixtures/programs.ts';
import { provideTool } from '../fixtures/tools.ts';

/** Provides the programs before the first test, with progress, so that no test's time goes into a build. */
export default async function programsReady(): Promise<void> {
  const interrupted = new AbortController();
  process.once('SIGINT', () => {
    interrupted.abort(new Error('interrupted'));
  });
  const say = (text: string): void => {
    process.stdout.write(`${text}\n`);
  };
  await provideStackPrograms(components, say, interrupted.signal);
  for (const tool of ['kustomize', 'kubeconform', 'sops'] as const) await provideTool(tool, say);
}
