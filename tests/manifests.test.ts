import { readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from '@playwright/test';
import { parseAllDocuments } from 'yaml';
import { root } from '../fixtures/settings.ts';

/** Rules for all of manifests/ that need no tool: what Flux, SOPS and Grafana's sidecar rely on. */

const manifests = join(root, 'manifests');
const names = readdirSync(manifests, { recursive: true, encoding: 'utf8' }).sort();
const yamlFiles = names.filter((name) => name.endsWith('.yaml'));

const text = (name: string) => readFileSync(join(manifests, name), 'utf8');

function documents(content: string): unknown[] {
  return parseAllDocuments(content, { uniqueKeys: true }).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as unknown;
  });
}

const read = (name: string) => documents(text(name))[0];

interface Secret {
  kind: string;
  metadata: { name: string };
  data?: Record<string, string>;
  stringData?: Record<string, string>;
  sops: { age: { recipient: string; enc: string }[]; encrypted_regex: string; mac: string };
}
interface FluxKustomization {
  metadata: { name: string };
  spec: {
    path: string;
    targetNamespace: string;
    wait: boolean;
    timeout: string;
    decryption?: { provider: string; secretRef: { name: string } };
  };
}
interface Kustomization {
  resources?: string[];
  configMapGenerator?: { name: string; files: string[]; options?: { labels?: Record<string, string> } }[];
  generatorOptions?: { disableNameSuffixHash: boolean; annotations: Record<string, string> };
}
interface DataSource {
  uid: string;
  type: string;
  access: string;
  url: string;
  editable: boolean;
}

for (const name of yamlFiles)
  test(`${name} is YAML of one document or more`, () => {
    expect(documents(text(name)).filter((content) => typeof content === 'object')).not.toEqual([]);
  });

for (const name of names.filter((file) => file.endsWith('.json')))
  test(`${name} is JSON`, () => {
    expect(typeof JSON.parse(text(name))).toBe('object');
  });

test('a Secret is in a file that SOPS encrypts, and nowhere else', () => {
  const secrets = yamlFiles.filter((name) =>
    documents(text(name)).some((content) => (content as { kind?: string }).kind === 'Secret'),
  );
  expect(secrets).not.toEqual([]);
  expect(secrets).toEqual(yamlFiles.filter((name) => name.endsWith('.sops.yaml')));
});

for (const name of yamlFiles.filter((file) => file.endsWith('.sops.yaml')))
  test(`${name} is encrypted to the recipient of .sops.yaml and named after its component`, () => {
    const secret = read(name) as Secret;
    const values = Object.values({ ...secret.data, ...secret.stringData });
    expect(values.length).toBeGreaterThan(0);
    for (const value of values)
      expect(value).toMatch(/^ENC\[AES256_GCM,data:[^,]+,iv:[^,]+,tag:[^,]+,type:str\]$/);

    expect(secret.metadata.name).toBe(`${name.split('/')[0] ?? ''}-s3-secret`);

    const [rule] = (
      documents(readFileSync(join(root, '.sops.yaml'), 'utf8'))[0] as {
        creation_rules: { path_regex: string; encrypted_regex: string; age: string }[];
      }
    ).creation_rules;
    expect(`manifests/${name}`).toMatch(new RegExp(rule?.path_regex ?? '$.'));
    expect(secret.sops.encrypted_regex).toBe(rule?.encrypted_regex);
    expect(secret.sops.mac).toMatch(/^ENC\[/);
    expect(secret.sops.age.map(({ recipient }) => recipient)).toEqual([rule?.age]);
    expect(rule?.age).toMatch(/^age1[0-9a-z]{58}$/);
  });

test('the top kustomization lists every ks.yaml', () => {
  const { resources = [] } = read('kustomization.yaml') as Kustomization;
  expect(resources.map((resource) => resource.replace('./', ''))).toEqual(
    yamlFiles.filter((name) => name.endsWith('/ks.yaml')),
  );
});

for (const name of yamlFiles.filter((file) => file.endsWith('/ks.yaml')))
  test(`${name} points Flux at its own folder and decrypts what is encrypted there`, () => {
    const { spec, metadata } = read(name) as FluxKustomization;
    expect(metadata.name).toBe(dirname(name));
    expect(spec.path).toBe(`./kubernetes/apps/monitoring/${dirname(name)}/app`);
    expect(spec.targetNamespace).toBe('monitoring');
    expect(spec.wait).toBe(true);
    expect(spec.timeout).toMatch(/^\d+m$/);
    const encrypted = yamlFiles.some(
      (file) => file.startsWith(`${dirname(name)}/`) && file.endsWith('.sops.yaml'),
    );
    expect(spec.decryption).toEqual(
      encrypted ? { provider: 'sops', secretRef: { name: 'sops-age' } } : undefined,
    );
  });

for (const name of yamlFiles.filter((file) => file.endsWith('/app/kustomization.yaml')))
  test(`${name} names files that are there, in ConfigMaps of stable name that Flux does not rewrite`, () => {
    const { resources = [], configMapGenerator = [], generatorOptions } = read(name) as Kustomization;
    const files = configMapGenerator.flatMap((generator) =>
      generator.files.map((file) => file.replace(/^.*=/, '')),
    );
    for (const file of [...resources, ...files]) expect(names).toContain(join(dirname(name), file));
    const options = {
      disableNameSuffixHash: true,
      annotations: { 'kustomize.toolkit.fluxcd.io/substitute': 'disabled' },
    };
    expect(generatorOptions).toEqual(configMapGenerator.length > 0 ? options : undefined);
  });

test("Grafana's sidecar finds the data sources, with the uids, types and in-cluster addresses users rely on", () => {
  const { configMapGenerator = [] } = read('grafana-datasources/app/kustomization.yaml') as Kustomization;
  const [generator] = configMapGenerator;
  expect(generator?.options?.labels).toEqual({ grafana_datasource: '1' });
  expect(generator?.files).toEqual(['lgtm.yaml=./config/datasources.yaml']);

  const provisioning = read('grafana-datasources/app/config/datasources.yaml') as {
    apiVersion: number;
    datasources: DataSource[];
  };
  expect(provisioning.apiVersion).toBe(1);
  expect(
    provisioning.datasources.map(({ uid, type, access, url, editable }) => ({
      uid,
      type,
      access,
      url,
      editable,
    })),
  ).toEqual(
    [
      ['loki', 'loki', 'http://loki.monitoring.svc.cluster.local:3100'],
      ['tempo', 'tempo', 'http://tempo.monitoring.svc.cluster.local:3200'],
      ['mimir', 'prometheus', 'http://mimir.monitoring.svc.cluster.local:8080/prometheus'],
    ].map(([uid, type, url]) => ({ uid, type, access: 'proxy', url, editable: false })),
  );
});

test('links between data sources name data sources that are there', () => {
  const content = text('grafana-datasources/app/config/datasources.yaml');
  const uids = [...content.matchAll(/^ {4}uid: (\S+)$/gm)].map(([, uid]) => uid);
  const links = [...content.matchAll(/datasourceUid: (\S+)$/gm)].map(([, uid]) => uid);
  expect(links).not.toEqual([]);
  expect(uids).toEqual(expect.arrayContaining(links));
});

test('every component has the same bucket step, which does what the files beside it declare', () => {
  const scripts = names.filter((name) => name.endsWith('/app/bucket/bucket.sh'));
  expect(scripts.length).toBeGreaterThan(1);
  expect(new Set(scripts.map(text)).size).toBe(1);
  for (const script of scripts) {
    const folder = dirname(script);
    const { configMapGenerator = [] } = read(join(folder, '../kustomization.yaml')) as Kustomization;
    const shipped = configMapGenerator.flatMap(({ files }) => files.map((file) => file.replace(/^.*=/, '')));
    const declared = names.filter((name) => name.startsWith(`${folder}/`) && !name.endsWith('/policy.json'));
    // Who makes the user reads the policy; the step itself gets all the rest.
    expect(shipped.filter((file) => file.startsWith('./bucket/')).sort()).toEqual(
      declared.map((name) => `./bucket/${basename(name)}`),
    );
    for (const name of declared.filter((file) => file.endsWith('.json')))
      expect(text(script)).toContain(`--cli-input-json file://${basename(name)}`);
  }
});
