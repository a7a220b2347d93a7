import { components } from '../requirements/model.ts';
import { Broken } from '../fixtures/errors.ts';
import { startShippedStack } from '../fixtures/shipped-stack.ts';

const help = `npm run stack: starts the embedded stack and keeps it until Ctrl-C.

It prints where each component, Grafana and S3 are, and the run folder, in which everything of the stack is.
LGTM_STACK=<run folder> npm run accept judges this stack instead of starting another.
LGTM_KEEP=1 keeps the programs' data when it stops.`;

const stopping = new AbortController();
const stopped = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      stopping.abort(new Broken('interrupted', 'start it again'));
      resolve();
    });
});

async function main(): Promise<void> {
  if (process.argv.includes('--help') || process.argv.includes('-h')) {
    console.log(help);
    return;
  }
  const stack = await startShippedStack(components, console.log, stopping.signal);
  const { run, urls, objectStore, grafana, deviations } = stack.description;
  console.log(`
${components.map((name) => `${name.padEnd(12)}${urls[name] ?? ''}`).join('\n')}
grafana     ${urls.grafana ?? ''}   user ${grafana.user}, password in stack.json
S3          ${objectStore.endpoint} at ${objectStore.connect?.host ?? ''}:${objectStore.connect?.port ?? ''}, CA ${run.dir}/ca.pem, credentials in stack.json
Run folder  ${run.dir}
Deviations from the shipped configuration: ${deviations.map(({ setting }) => setting).join(', ')}

Judge it:   LGTM_STACK=${run.dir} npm run accept
Stop it:    Ctrl-C`);
  await stopped;
  console.log('Stopping …');
  await stack.stop();
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Broken ? error.message : error);
  process.exitCode = 1;
}
