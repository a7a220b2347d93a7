import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test as base } from '@playwright/test';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { parse, stringify } from 'yaml';
import { nameOf } from '../fixtures/deployment/objects.ts';
import { renderDeployment, type Deployment } from '../fixtures/deployment/render.ts';
import { decrypt } from '../fixtures/deployment/sops.ts';
import { fullEnvironment, root, settings } from '../fixtures/settings.ts';
import { provideTool } from '../fixtures/tools.ts';
import { components } from '../requirements/model.ts';

/** A stranger with an empty repository who does what manifests/README.md says, and nothing else. */

interface Stranger {
  /** The repository of their own. */
  homeOps: string;
  identity: string;
  /** Where the apps lie in it. */
  monitoring: string;
  /** What Flux makes of it. */
  deployed: () => Promise<Deployment>;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const test = base.extend<{ stranger: Stranger }>({
  stranger: async ({}, use) => {
    const homeOps = await mkdtemp(join(settings.tmp, 'home-ops-'));
    const identity = await generateX25519Identity();
    const environment = {
      ...fullEnvironment(),
      LGTM: root,
      HOME_OPS: homeOps,
      AGE_RECIPIENT: await identityToRecipient(identity),
      LGTM_PROGRAM_SOPS: await provideTool('sops', say),
    };
    const [copying = '', making = ''] = commands(await readFile(join(root, 'manifests/README.md'), 'utf8'));
    execFileSync('/bin/sh', ['-euc', copying], { cwd: homeOps, env: environment });
    // Not through npm: its bootstrap may install packages, under the feet of this very run.
    const command = making.replace('npm run secrets --', 'node --import tsx scripts/secrets.ts');
    execFileSync('/bin/sh', ['-euc', command], { cwd: root, env: environment, stdio: 'pipe' });
    const monitoring = join(homeOps, 'kubernetes/apps/monitoring');
    await use({
      homeOps,
      identity,
      monitoring,
      deployed: async () =>
        renderDeployment(monitoring, {
          kustomize: await provideTool('kustomize', say),
          kubeconform: await provideTool('kubeconform', say),
          chart: () => Promise.resolve({ missing: 'not asked for here' }),
        }),
    });
    await rm(homeOps, { recursive: true, force: true });
  },
});

/** The shell commands of "Take it over", in their order. */
function commands(readme: string): string[] {
  const section = /## Take it over\n([\s\S]*?)\n## /.exec(readme)?.[1] ?? '';
  return [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text]) => text ?? '');
}

// Building the tools, should they not be there, takes minutes.
test.describe.configure({ timeout: 600_000 });

test('following the README in an empty folder gives a tree that Flux can apply', async ({ stranger }) => {
  const { objects, tools } = await stranger.deployed();
  expect(tools['kubeconform']?.split('\n').filter((line) => !line.startsWith('valid '))).toEqual([]);
  const names = objects.map(nameOf);
  for (const component of components)
    expect(names).toEqual(
      expect.arrayContaining([
        `Kustomization flux-system/${component}`,
        `HelmRelease monitoring/${component}`,
        `OCIRepository monitoring/${component}`,
        `Secret monitoring/${component}-s3-secret`,
        `ConfigMap monitoring/${component}-config`,
        `ServiceMonitor monitoring/${component}`,
        `NetworkPolicy monitoring/${component}`,
        `StatefulSet monitoring/${component}`,
        `Service monitoring/${component}`,
      ]),
    );
  expect(names).toContain('ConfigMap monitoring/grafana-lgtm-datasources');
});

test('its secrets open with their own key, one pair for each component', async ({ stranger }) => {
  const sops = await provideTool('sops', say);
  const pairs = await Promise.all(
    components.map(async (component) => {
      const file = join(stranger.monitoring, component, 'app/secret.sops.yaml');
      const { stringData } = parse(await decrypt(sops, stranger.identity, file)) as {
        stringData: Record<string, string>;
      };
      expect(Object.keys(stringData).sort()).toEqual(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']);
      return Object.values(stringData);
    }),
  );
  expect(new Set(pairs.flat()).size).toBe(2 * components.length);
});

for (const mesh of ['istio-ambient', 'linkerd'])
  test(`with the components for ${mesh} it still is one that Flux can apply`, async ({ stranger }) => {
    const add = async (app: string, component: string): Promise<void> => {
      const file = join(stranger.monitoring, app, 'ks.yaml');
      const kustomization = parse(await readFile(file, 'utf8')) as { spec: Record<string, unknown> };
      kustomization.spec['components'] = [`../../mesh/${mesh}/${component}`];
      await writeFile(file, stringify(kustomization));
    };
    for (const component of components) await add(component, 'member');
    await add('network-policies', 'policies');
    const { objects, tools } = await stranger.deployed();
    expect(tools['kubeconform']?.split('\n').filter((line) => !line.startsWith('valid '))).toEqual([]);
    const members = objects
      .filter(({ kind }) => kind === 'StatefulSet')
      .map((workload) => JSON.stringify(workload))
      .filter((text) => /"istio.io\/dataplane-mode":"ambient"|"linkerd.io\/inject":"enabled"/.test(text));
    expect(members).toHaveLength(components.length);
  });
