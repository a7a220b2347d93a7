import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { parseAllDocuments } from 'yaml';
import { components } from '../requirements/model.ts';
import { chartOf } from '../fixtures/deployment/chart.ts';
import { conformity } from '../fixtures/deployment/kubeconform.ts';
import { build, buildables } from '../fixtures/deployment/kustomize.ts';
import { containersOf, makesPods, nameOf, podOf } from '../fixtures/deployment/objects.ts';
import { plain, renderDeployment } from '../fixtures/deployment/render.ts';
import { root, settings } from '../fixtures/settings.ts';
import { provideTool } from '../fixtures/tools.ts';
import { test as base } from './fixtures/scratch.ts';

/** What the ecosystem's own tools say of manifests/. */

const manifests = join(root, 'manifests');
const silent = (): void => {};

const test = base.extend<object, { kustomize: string; kubeconform: string }>({
  kustomize: [
    async ({}, use) => {
      await use(await provideTool('kustomize', silent));
    },
    { scope: 'worker' },
  ],
  kubeconform: [
    async ({}, use) => {
      await use(await provideTool('kubeconform', silent));
    },
    { scope: 'worker' },
  ],
});

const apps = components.map((component) => `${component}/app`);
/** What each component is put on, as its own first line says. */
const bases: Readonly<Record<string, readonly string[]>> = {
  'mesh/istio-ambient/member': apps,
  'mesh/istio-ambient/policies': ['network-policies/app'],
  'mesh/linkerd/member': apps,
  'mesh/linkerd/policies': ['network-policies/app'],
  'network-policies/cilium': ['network-policies/app'],
  'kube-prometheus-stack': ['their own'],
};
/** As far as a component looks at it: the release that users have already. */
const existing = `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: kube-prometheus-stack
spec:
  interval: 1h
  chartRef:
    kind: OCIRepository
    name: kube-prometheus-stack
  values:
    grafana:
      enabled: true
`;

const all = buildables(manifests);

async function faults(kubeconform: string, yaml: string): Promise<string[]> {
  const documents = plain(yaml);
  const said = await conformity(kubeconform, documents);
  expect(said).toHaveLength(documents.length);
  return said
    .filter(({ status }) => status !== 'statusValid')
    .map(({ kind, name, status, msg }) => `${kind} ${name}: ${status} ${msg}`);
}

for (const { folder } of all.filter(({ component }) => !component))
  test(`kustomize builds ${folder || 'the top folder'}, and every object conforms`, async ({
    kustomize,
    kubeconform,
  }) => {
    const yaml = await build(kustomize, join(manifests, folder));
    expect(plain(yaml)).not.toEqual([]);
    expect(await faults(kubeconform, yaml)).toEqual([]);
  });

test('it is known what each component is put on', () => {
  const known = all.filter(({ component }) => component).map(({ folder }) => folder);
  expect(known.sort()).toEqual(Object.keys(bases).sort());
});

for (const [component, ons] of Object.entries(bases))
  for (const on of ons)
    test(`kustomize puts ${component} on ${on}, it changes something, and every object conforms`, async ({
      kustomize,
      kubeconform,
      scratch,
    }) => {
      if (on === 'their own') {
        await writeFile(join(scratch, 'release.yaml'), existing);
        await writeFile(
          join(scratch, 'kustomization.yaml'),
          'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [./release.yaml]\n',
        );
      }
      const folder = on === 'their own' ? scratch : join(manifests, on);
      const yaml = await build(kustomize, folder, [join(manifests, component)]);
      expect(yaml).not.toBe(await build(kustomize, folder));
      expect(await faults(kubeconform, yaml)).toEqual([]);
    });

test('a field that no schema names, a wrong type and an unknown kind are told', async ({ kubeconform }) => {
  const metadata = { name: 'x' };
  const said = await conformity(kubeconform, [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, dada: {} },
    { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, spec: { replicas: 'one' } },
    { apiVersion: 'example.org/v1', kind: 'Nothing', metadata },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: 'b' } },
  ]);
  expect(said.map(({ status }) => status)).toEqual([
    'statusInvalid',
    'statusInvalid',
    'statusError',
    'statusValid',
  ]);
});

test('what Flux makes of it all conforms, with every image pinned by tag and digest', async ({
  kustomize,
  kubeconform,
}) => {
  const chart = (url: string, version: string) =>
    chartOf(url, version, {
      named: settings.chart,
      cache: settings.cache,
      helm: () => provideTool('helm', silent),
    });
  const { objects, tools } = await renderDeployment(manifests, { kustomize, kubeconform, chart });
  expect((tools['kubeconform'] ?? '').split('\n').filter((line) => !line.startsWith('valid '))).toEqual([]);
  const workloads = objects.filter(makesPods);
  expect(workloads.map(nameOf).sort()).toEqual(
    components.map((component) => `StatefulSet monitoring/${component}`).sort(),
  );
  for (const { image } of workloads.flatMap((workload) => containersOf(podOf(workload))))
    expect(image).toMatch(/^[\w.-]+(?:\/[\w.-]+)+:[\w.-]+@sha256:[0-9a-f]{64}$/);
});

test('a manifest that cannot be built is told with what kustomize says', async ({ kustomize, scratch }) => {
  await cp(join(manifests, 'loki/app'), scratch, { recursive: true });
  const file = join(scratch, 'kustomization.yaml');
  await writeFile(file, (await readFile(file, 'utf8')).replace('./helmrelease.yaml', './gone.yaml'));
  await expect(build(kustomize, scratch)).rejects.toThrow(/kustomize build .*gone\.yaml.* — correct/s);
});

for (const { folder } of all)
  test(`${folder || 'the top folder'}: its kustomization.yaml is YAML without a warning`, async () => {
    const text = await readFile(join(manifests, folder, 'kustomization.yaml'), 'utf8');
    for (const { errors, warnings } of parseAllDocuments(text, { strict: true, uniqueKeys: true }))
      expect([...errors, ...warnings]).toEqual([]);
  });
