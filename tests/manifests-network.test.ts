import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesObject, V1NetworkPolicy, V1NetworkPolicySpec } from '@kubernetes/client-node';
import { expect, test } from '@playwright/test';
import { renderMeshes } from '../fixtures/deployment/mesh.ts';
import { build, objectsOf } from '../fixtures/deployment/kustomize.ts';
import { root } from '../fixtures/settings.ts';
import { isKind } from '../fixtures/deployment/objects.ts';
import { provideTool } from '../fixtures/tools.ts';
import { components, objectStoreEndpoint } from '../requirements/model.ts';

/** Rules for network policies, meshes and what Prometheus scrapes. */

const manifests = join(root, 'manifests');
const isNetworkPolicy = isKind<V1NetworkPolicy & KubernetesObject>('NetworkPolicy', 'networking.k8s.io');
const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function built(folder: string, put: readonly string[] = []): Promise<KubernetesObject[]> {
  const on = put.map((component) => join(manifests, component));
  return objectsOf(await build(await provideTool('kustomize', say), join(manifests, folder), on));
}

/** Network policies by name. */
async function policies(
  put: readonly string[] = [],
): Promise<Record<string, V1NetworkPolicySpec | undefined>> {
  const objects = await built('network-policies/app', put);
  return Object.fromEntries(
    objects.filter(isNetworkPolicy).map(({ metadata, spec }) => [metadata?.name ?? '', spec] as const),
  );
}

/** Ports of the component's Service. */
function servicePorts(component: string): number[] {
  const release = readFileSync(join(manifests, component, 'app/helmrelease.yaml'), 'utf8');
  const service = /^ {4}service:\n((?: {6}.*\n)+)/m.exec(release)?.[1] ?? '';
  return [...service.matchAll(/port: (\d+)/g)].map(([, port]) => Number(port)).sort();
}

// Building kustomize, should it not be there, takes a minute.
test.describe.configure({ timeout: 300_000 });

for (const component of components)
  test(`${component} takes connections on its Service's ports only, from named pods only`, async () => {
    const spec = (await policies())[component];
    const ingress = spec?.ingress ?? [];
    expect(spec?.podSelector).toEqual({ matchLabels: { 'app.kubernetes.io/name': component } });
    expect(spec?.policyTypes).toEqual(['Ingress']);
    const open = ingress.flatMap(({ ports = [] }) => ports.map(({ port }) => Number(port)));
    expect([...new Set(open)].sort()).toEqual(servicePorts(component));
    for (const { _from: from = [], ports = [] } of ingress) {
      expect(ports.length).toBeGreaterThan(0);
      expect(from.length).toBeGreaterThan(0);
      for (const peer of from) {
        const named = peer.podSelector?.matchLabels ?? peer.podSelector?.matchExpressions?.[0]?.values ?? {};
        expect(Object.keys(named).length, JSON.stringify(peer)).toBeGreaterThan(0);
        expect(peer.ipBlock).toBeUndefined();
      }
    }
    // Grafana and Prometheus are among them.
    expect(JSON.stringify(ingress[0]?._from)).toContain('["grafana","prometheus"]');
  });

test('beside S3 on port 443 the components reach name servers only', async () => {
  const all = await policies();
  const selected = [{ key: 'app.kubernetes.io/name', operator: 'In', values: ['loki', 'tempo', 'mimir'] }];
  for (const name of ['lgtm-egress', 'lgtm-s3']) {
    expect(all[name]?.podSelector?.matchExpressions).toEqual(selected);
    expect(all[name]?.policyTypes).toEqual(['Egress']);
  }
  const ports = (name: string) =>
    all[name]?.egress?.flatMap((rule) => rule.ports?.map(({ port, protocol }) => `${protocol} ${port}`));
  expect(ports('lgtm-egress')).toEqual(['UDP 53', 'TCP 53']);
  expect(ports('lgtm-s3')).toEqual(['TCP 443']);
  const open = Object.values(all).flatMap((spec) => (spec?.egress ?? []).filter(({ to }) => !to?.length));
  expect(open).toEqual([]);
});

test('with Cilium, S3 is allowed by its name and no longer by address', async () => {
  expect(Object.keys(await policies(['network-policies/cilium']))).not.toContain('lgtm-s3');
  const objects = await built('network-policies/app', ['network-policies/cilium']);
  const [cilium] = objects.filter(({ kind }) => kind === 'CiliumNetworkPolicy') as unknown as {
    spec: { egress: { toFQDNs?: { matchName: string }[] }[] };
  }[];
  expect(cilium?.spec.egress.flatMap(({ toFQDNs = [] }) => toFQDNs)).toEqual([
    { matchName: new URL(objectStoreEndpoint).hostname },
  ]);
});

test('in either mesh every component is a member whose connections are all mutual TLS', async () => {
  const members = await renderMeshes(manifests, components, await provideTool('kustomize', say));
  expect(members).toHaveLength(2 * components.length);
  for (const member of members)
    expect(member).toMatchObject({ member: true, mutualTls: 'required', exceptions: [] });
});

test('without a mesh nothing of it is deployed', async () => {
  for (const component of components)
    expect(JSON.stringify(await built(`${component}/app`))).not.toMatch(/istio|linkerd/);
  expect((await built('network-policies/app')).map(({ kind }) => kind)).toEqual(
    (await built('network-policies/app')).map(() => 'NetworkPolicy'),
  );
});

for (const component of components)
  test(`${component} is scraped by kube-prometheus-stack at a port that its Service has`, async () => {
    const objects = await built(`${component}/app`);
    const [monitor] = objects.filter(({ kind }) => kind === 'ServiceMonitor') as (KubernetesObject & {
      spec: { selector: unknown; endpoints: { port: string; path: string }[] };
    })[];
    expect(monitor?.metadata?.labels).toEqual({ release: 'kube-prometheus-stack' });
    expect(monitor?.spec.selector).toEqual({ matchLabels: { 'app.kubernetes.io/name': component } });
    expect(monitor?.spec.endpoints).toMatchObject([{ port: 'http', path: '/metrics' }]);
  });

test('nothing blocks the drain of a node for ever', () => {
  const files = readdirSync(manifests, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.yaml'),
  );
  // One replica: a budget would never allow its pod to go.
  for (const file of files)
    expect(readFileSync(join(manifests, file), 'utf8')).not.toContain('PodDisruptionBudget');
});
