import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from '@playwright/test';
import { parse } from 'yaml';
import { root } from '../fixtures/settings.ts';
import { readRemoteWrite } from '../fixtures/stack/remote-write.ts';

/** Rules for Mimir's manifests that need no tool: what the requirements say of the deployment itself. */

const app = join(root, 'manifests', 'mimir', 'app');
const text = (name: string) => readFileSync(join(app, name), 'utf8');
const json = (name: string) => JSON.parse(text(join('bucket', name))) as unknown;

type EnvValue = string | { valueFrom: { secretKeyRef: { name: string; key: string } } };
interface Container {
  image: { repository: string; tag: string };
  args?: string[];
  command?: string[];
  env: Record<string, EnvValue>;
  envFrom?: unknown;
  probes?: Record<string, { spec: { httpGet: { path: string; port: number } } }>;
  resources: { requests: { memory: string }; limits: { memory: string } };
  securityContext: unknown;
}
interface Values {
  defaultPodOptions: {
    automountServiceAccountToken: boolean;
    terminationGracePeriodSeconds: number;
    securityContext: { runAsNonRoot: boolean; runAsUser: number; seccompProfile: { type: string } };
  };
  controllers: {
    mimir: {
      type: string;
      replicas: number;
      annotations: Record<string, string>;
      containers: { app: Container };
      initContainers: { bucket: Container };
      statefulset: { volumeClaimTemplates: { advancedMounts: { app: { path: string }[] } }[] };
    };
  };
  service: { app: { ports: { http: { port: number } } } };
  persistence: Record<
    string,
    { type: string; name?: string; advancedMounts: { mimir: Record<string, { path: string }[]> } }
  >;
}
interface Ring {
  instance_addr?: string;
  kvstore: { store: string };
  replication_factor?: number;
}
interface MimirConfiguration {
  target: string;
  multitenancy_enabled: boolean;
  common: { storage: { backend: string; s3: Record<string, string> } };
  blocks_storage: {
    storage_prefix: string;
    tsdb: { dir: string; retention_period: string };
    bucket_store: { sync_dir: string; index_cache: { inmemory: { max_size_bytes: number } } };
  };
  ruler_storage: { storage_prefix: string };
  alertmanager_storage: { storage_prefix: string };
  distributor: { ring: Ring };
  querier: { ring: Ring };
  ingester: { ring: Ring; partition_ring: Ring };
  store_gateway: { sharding_ring: Ring };
  compactor: { data_dir: string; sharding_ring: Ring };
  ruler: { rule_path: string; ring: Ring };
  query_scheduler: { ring: Ring };
  limits: Record<string, string | number>;
  activity_tracker: { filepath: string };
}

const release = parse(text('helmrelease.yaml')) as {
  spec: { chartRef: { kind: string; name: string }; values: Values };
};
const { values } = release.spec;
const controller = values.controllers.mimir;
const mimir = controller.containers.app;
const bucketStep = controller.initContainers.bucket;
const remoteWrite = readRemoteWrite(join(root, 'manifests'));
const configuration = parse(text('config/mimir.yaml')) as MimirConfiguration;

/** MiB of a Kubernetes quantity or of Go's memory limit. */
function mebibytes(quantity: string): number {
  const [, count, unit] = /^(\d+)(Mi|Gi)B?$/.exec(quantity) ?? [];
  return Number(count) * (unit === 'Gi' ? 1024 : 1);
}

test('the chart comes from the pinned OCIRepository that the HelmRelease names', () => {
  const repository = parse(text('ocirepository.yaml')) as {
    kind: string;
    metadata: { name: string };
    spec: { url: string; ref: { tag: string } };
  };
  expect(release.spec.chartRef).toEqual({ kind: repository.kind, name: repository.metadata.name });
  expect(repository.kind).toBe('OCIRepository');
  expect(repository.spec.url).toBe('oci://ghcr.io/bjw-s-labs/helm/app-template');
  expect(repository.spec.ref.tag).toMatch(/^\d+\.\d+\.\d+$/);
});

for (const [name, container] of Object.entries({ mimir, bucketStep })) {
  test(`${name}: image pinned by tag and digest`, () => {
    expect(container.image.tag).toMatch(/^\d+\.\d+\.\d+@sha256:[0-9a-f]{64}$/);
  });

  test(`${name}: credentials come from mimir-s3-secret by secretKeyRef only`, () => {
    const secret = parse(text('secret.sops.yaml')) as { stringData: Record<string, string> };
    expect(container.envFrom).toBeUndefined();
    for (const key of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) {
      expect(container.env[key]).toEqual({ valueFrom: { secretKeyRef: { name: 'mimir-s3-secret', key } } });
      expect(Object.keys(secret.stringData)).toContain(key);
    }
    const plain = Object.entries(container.env).filter(([, value]) => typeof value === 'string');
    for (const [variable] of plain) expect(variable).not.toMatch(/KEY|SECRET|TOKEN|PASSWORD/);
  });

  test(`${name}: memory bounded, no privilege, nothing to write but its mounts`, () => {
    expect(mebibytes(container.resources.requests.memory)).toBeLessThan(2048);
    expect(mebibytes(container.resources.limits.memory)).toBeGreaterThan(0);
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });
}

test('the pod is one replica with a disk of its own, not root, without a service account token', () => {
  expect(controller).toMatchObject({ type: 'statefulset', replicas: 1 });
  expect(controller.annotations['reloader.stakater.com/auto']).toBe('true');
  expect(controller.statefulset.volumeClaimTemplates[0]?.advancedMounts.app).toEqual([
    { path: '/var/mimir' },
  ]);
  expect(values.defaultPodOptions.automountServiceAccountToken).toBe(false);
  expect(values.defaultPodOptions.securityContext).toMatchObject({
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
  });
  expect(values.defaultPodOptions.securityContext.runAsUser).toBeGreaterThan(0);
});

test("probes ask Mimir's port, and liveness does not ask for readiness", () => {
  const { port } = values.service.app.ports.http;
  const { startup, readiness, liveness } = mimir.probes ?? {};
  for (const probe of [startup, readiness, liveness]) expect(probe?.spec.httpGet.port).toBe(port);
  expect(startup?.spec.httpGet.path).toBe('/ready');
  expect(readiness?.spec.httpGet.path).toBe('/ready');
  expect(liveness?.spec.httpGet.path).not.toBe('/ready');
});

test('arguments and mounts lead to files of the generated ConfigMaps', () => {
  const { configMapGenerator } = parse(text('kustomization.yaml')) as {
    configMapGenerator: { name: string; files: string[] }[];
  };
  const mounted = Object.values(values.persistence)
    .filter(({ type }) => type === 'configMap')
    .flatMap(({ name, advancedMounts }) => {
      const files = configMapGenerator.find((generator) => generator.name === name)?.files ?? [];
      const paths = Object.values(advancedMounts.mimir).flat();
      // `key=file`, or a file whose name is the key.
      const keys = files.map((file) => basename(file.split('=')[0] ?? file));
      return paths.flatMap(({ path }) => keys.map((key) => `${path}/${key}`));
    });
  expect(mounted).toContain(mimir.args?.[0]?.replace('-config.file=', ''));
  expect(mounted).toContain(bucketStep.command?.[1]);
  for (const file of ['bucket.json', 'lifecycle.json']) {
    expect(mounted).toContain(`/bucket/${file}`);
    expect(text('bucket/bucket.sh')).toContain(`--cli-input-json file://${file}`);
  }
});

test('one S3 endpoint, over verified TLS, and no key in any file', () => {
  const files = readdirSync(app, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(yaml|json|sh)$/.test(name),
  );
  const urls = files.flatMap((name) => text(name).match(/https?:\/\/[^\s"']+/g) ?? []);
  expect([...new Set(urls)]).toEqual(['https://s3.68cc.io']);
  expect(bucketStep.env['AWS_ENDPOINT_URL_S3']).toBe('https://s3.68cc.io');
  expect(configuration.common.storage).toEqual({
    backend: 's3',
    // HTTPS unless it is told `insecure`.
    s3: {
      endpoint: 's3.68cc.io',
      region: 'us-east-1',
      bucket_name: 'mimir-blocks',
      bucket_lookup_type: 'path',
    },
  });
});

test('blocks, rules and alerts have a folder each in the one bucket', () => {
  const prefixes = [
    configuration.blocks_storage,
    configuration.ruler_storage,
    configuration.alertmanager_storage,
  ].map(({ storage_prefix }) => storage_prefix);
  for (const prefix of prefixes) expect(prefix).toMatch(/^[a-z]+$/);
  expect(new Set(prefixes).size).toBe(prefixes.length);
});

test('all of it in one process, found on the loopback only, one copy of each series and block', () => {
  expect(configuration).toMatchObject({ target: 'all', multitenancy_enabled: false });
  const { distributor, querier, ingester, store_gateway, compactor, ruler, query_scheduler } = configuration;
  const rings = [
    distributor.ring,
    querier.ring,
    ingester.ring,
    store_gateway.sharding_ring,
    compactor.sharding_ring,
    ruler.ring,
    query_scheduler.ring,
  ];
  for (const ring of rings)
    expect(ring).toMatchObject({ instance_addr: '127.0.0.1', kvstore: { store: 'inmemory' } });
  expect(ingester.ring.replication_factor).toBe(1);
  expect(store_gateway.sharding_ring.replication_factor).toBe(1);
});

test('what Mimir writes is on its volume', () => {
  const { blocks_storage, compactor, ruler, activity_tracker } = configuration;
  for (const path of [
    blocks_storage.tsdb.dir,
    blocks_storage.bucket_store.sync_dir,
    compactor.data_dir,
    ruler.rule_path,
    activity_tracker.filepath,
  ])
    expect(path).toMatch(/^\/var\/mimir\/./);
});

test('the limits let 10 MB/s pass, and what they turn away Prometheus sends again', () => {
  // A sample is at least 17 bytes of protobuf; with labels, 10 MB/s were measured as 70,000 samples/s (DESIGN §8).
  expect(configuration.limits['ingestion_rate']).toBeGreaterThanOrEqual(4 * 70_000);
  expect(configuration.limits['ingestion_burst_size']).toBeGreaterThanOrEqual(
    Number(configuration.limits['ingestion_rate']),
  );
  const [entry] = remoteWrite.entries;
  expect(entry).toMatchObject({
    url: 'http://mimir.monitoring.svc.cluster.local:8080/api/v1/push',
    send_exemplars: true,
    send_native_histograms: true,
    queue_config: { retry_on_http_429: true },
  });
  expect(remoteWrite.features).toContain('exemplar-storage');
});

test("caches and Go's limit fit into the memory limit", () => {
  const limit = mebibytes(mimir.resources.limits.memory);
  const cache = configuration.blocks_storage.bucket_store.index_cache.inmemory.max_size_bytes;
  expect(mebibytes(mimir.env['GOMEMLIMIT'] as string)).toBeLessThan(limit * 0.9);
  expect(cache / 1024 ** 2).toBeLessThan(limit / 8);
});

test('the bucket: no object lock, 30 days for objects, as Mimir itself keeps blocks', () => {
  expect(json('bucket.json')).toEqual({ Bucket: 'mimir-blocks' });
  expect(json('lifecycle.json')).toMatchObject({
    Bucket: 'mimir-blocks',
    LifecycleConfiguration: {
      Rules: [{ Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 30 } }],
    },
  });
  expect(configuration.limits['compactor_blocks_retention_period']).toBe('30d');
});

test("the policy allows Mimir's own bucket and nothing else", () => {
  const { Statement: statements } = json('policy.json') as {
    Statement: { Effect: string; Action: string[]; Resource: string[] }[];
  };
  expect(statements.flatMap(({ Resource }) => Resource)).toEqual([
    'arn:aws:s3:::mimir-blocks',
    'arn:aws:s3:::mimir-blocks/*',
  ]);
  for (const action of statements.flatMap(({ Action }) => Action)) expect(action).toMatch(/^s3:[A-Za-z]+$/);
  for (const action of statements.flatMap(({ Action }) => Action))
    expect(action).not.toMatch(/Policy|DeleteBucket|Version$/);
});
