import { isAbsolute, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { secretFile, writeSecrets } from '../fixtures/deployment/secrets.ts';
import { Broken, messageOf } from '../fixtures/errors.ts';
import { root } from '../fixtures/settings.ts';
import { provideTool } from '../fixtures/tools.ts';
import { components, type Component } from '../requirements/model.ts';

const help = `npm run secrets -- --recipient age1…: makes S3 credentials for each component (${components.join(', ')})
and writes each as an encrypted Secret, <component>/app/secret.sops.yaml, that only the holder of that age key can read.

  --recipient age1…      your age public key, as age-keygen prints it (mandatory)
  --folder <path>        where loki/app and the others are; default: manifests/ of this repository
  --rotate <component>   makes new credentials for a component that has some; may be repeated

No plaintext is printed, written to disk or given on a command line. The same command again changes nothing.`;

/** How a user makes the S3 users: each key goes from sops to mc through a pipe. */
function nextSteps(folder: string): string {
  return components
    .map((component) => {
      const file = shown(secretFile(folder, component));
      const policy = shown(join(folder, component, 'app', 'bucket', 'policy.json'));
      const key = (name: string): string => `sops decrypt --extract '["stringData"]["${name}"]' ${file}`;
      return `  mc admin policy create $S3 ${component} ${policy}
  { ${key('AWS_ACCESS_KEY_ID')}; echo; ${key('AWS_SECRET_ACCESS_KEY')}; echo; } | mc admin user add $S3
  mc admin policy attach $S3 ${component} --user "$(${key('AWS_ACCESS_KEY_ID')})"`;
    })
    .join('\n');
}

function shown(path: string): string {
  const below = relative(process.cwd(), path);
  return below.startsWith('..') || isAbsolute(below) ? path : below;
}

function options(): { recipient: string; folder: string; rotate: Component[] } {
  let values: { recipient?: string; folder?: string; rotate?: string[] };
  try {
    ({ values } = parseArgs({
      options: {
        recipient: { type: 'string' },
        folder: { type: 'string' },
        rotate: { type: 'string', multiple: true },
      },
    }));
  } catch (error) {
    throw new Broken(messageOf(error), 'npm run secrets -- --help tells the options');
  }
  const { recipient, folder = join(root, 'manifests'), rotate = [] } = values;
  if (recipient === undefined)
    throw new Broken('--recipient is missing', 'give your age public key: --recipient age1…');
  const known = (name: string): name is Component => components.some((component) => component === name);
  const unknown = rotate.find((name) => !known(name));
  if (unknown !== undefined)
    throw new Broken(`there is no component '${unknown}'`, `rotate one of ${components.join(', ')}`);
  return { recipient, folder, rotate: rotate.filter(known) };
}

async function secrets(): Promise<void> {
  const { recipient, folder, rotate } = options();
  const sops = await provideTool('sops', console.log);
  const secrets = await writeSecrets({ sops, recipient, folder, rotate });
  for (const { component, file, outcome } of secrets)
    console.log(`${component.padEnd(6)} ${outcome.padEnd(8)} ${shown(file)}`);
  console.log(`
Commit these files. Then make the users in S3, with MinIO's client and your age key at hand ($S3: mc's alias):
${nextSteps(folder)}`);
}

if (process.argv.includes('--help')) console.log(help);
else
  try {
    await secrets();
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
