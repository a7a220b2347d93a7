import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from '@playwright/test';
import { parse } from 'yaml';
import { root } from '../fixtures/settings.ts';

/** Rules for Loki's manifests that need no tool: what the requirements say of the deployment itself. */

const app = join(root, 'manifests', 'loki', 'app');
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
    loki: {
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
    { type: string; name?: string; advancedMounts: { loki: Record<string, { path: string }[]> } }
  >;
}
interface LokiConfiguration {
  common: { path_prefix: string };
  storage_config: { aws: Record<string, unknown> };
  ingester: {
    max_chunk_age: string;
    chunk_idle_period: string;
    flush_check_period: string;
    flush_op_timeout: string;
    flush_op_backoff: { min_period: string };
    sync_period: string;
    chunk_encoding: string;
    wal: { replay_memory_ceiling: string; enabled?: boolean };
  };
  compactor: { retention_enabled: boolean; delete_request_store: string };
  limits_config: Record<string, string | number>;
  chunk_store_config: { chunk_cache_config: { embedded_cache: { max_size_mb: number } } };
}

const release = parse(text('helmrelease.yaml')) as {
  spec: { chartRef: { kind: string; name: string }; values: Values };
};
const { values } = release.spec;
const controller = values.controllers.loki;
const loki = controller.containers.app;
const bucketStep = controller.initContainers.bucket;
const configuration = parse(text('config/loki.yaml')) as LokiConfiguration;
const { ingester } = configuration;

/** Seconds of a Go duration as the configuration writes it. */
function seconds(duration: string): number {
  expect(duration).toMatch(/^(\d+h)?(\d+m)?(\d+s)?$/);
  const factors: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };
  return [...duration.matchAll(/(\d+)([hms])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (factors[unit ?? ''] ?? NaN),
    0,
  );
}

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

for (const [name, container] of Object.entries({ loki, bucketStep })) {
  test(`${name}: image pinned by tag and digest`, () => {
    expect(container.image.tag).toMatch(/^\d+\.\d+\.\d+@sha256:[0-9a-f]{64}$/);
  });

  test(`${name}: credentials come from loki-s3-secret by secretKeyRef only`, () => {
    const secret = parse(text('secret.sops.yaml')) as { stringData: Record<string, string> };
    expect(container.envFrom).toBeUndefined();
    for (const key of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) {
      expect(container.env[key]).toEqual({ valueFrom: { secretKeyRef: { name: 'loki-s3-secret', key } } });
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
    { path: configuration.common.path_prefix },
  ]);
  expect(values.defaultPodOptions.automountServiceAccountToken).toBe(false);
  expect(values.defaultPodOptions.securityContext).toMatchObject({
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
  });
  expect(values.defaultPodOptions.securityContext.runAsUser).toBeGreaterThan(0);
});

test("probes ask Loki's port, and liveness does not ask for readiness", () => {
  const { port } = values.service.app.ports.http;
  const { startup, readiness, liveness } = loki.probes ?? {};
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
      const paths = Object.values(advancedMounts.loki).flat();
      // `key=file`, or a file whose name is the key.
      const keys = files.map((file) => basename(file.split('=')[0] ?? file));
      return paths.flatMap(({ path }) => keys.map((key) => `${path}/${key}`));
    });
  expect(mounted).toContain(loki.args?.[0]?.replace('-config.file=', ''));
  expect(mounted).toContain(bucketStep.command?.[1]);
  for (const file of ['bucket.json', 'versioning.json', 'lifecycle.json']) {
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
  expect(configuration.storage_config.aws).toEqual({
    endpoint: 'https://s3.68cc.io',
    region: 'us-east-1',
    bucketnames: 'loki-chunks',
    s3forcepathstyle: true,
  });
});

test('the worst case from receipt to S3, one failed upload included, is below 5 minutes', () => {
  const due =
    seconds(ingester.max_chunk_age) +
    seconds(ingester.chunk_idle_period) +
    2 * seconds(ingester.flush_check_period);
  const retried = seconds(ingester.flush_op_timeout) + seconds(ingester.flush_op_backoff.min_period);
  expect(due + retried).toBeLessThan(300);
  expect(seconds(ingester.sync_period)).toBe(seconds(ingester.max_chunk_age));
  expect(ingester.chunk_encoding).toBe('snappy');
  expect(ingester.wal.enabled ?? true).toBe(true);
});

test('wrong credentials end the process, and lines live for 30 days', () => {
  expect(configuration.compactor).toEqual({ retention_enabled: true, delete_request_store: 's3' });
  expect(seconds(String(configuration.limits_config['retention_period']))).toBe(30 * 24 * 3600);
  expect(configuration.limits_config['max_query_lookback']).toBe(
    configuration.limits_config['retention_period'],
  );
});

test('the limits let 10 MB/s pass, on one stream too', () => {
  const limits = configuration.limits_config;
  expect(Number(limits['ingestion_rate_mb'])).toBeGreaterThanOrEqual(20);
  expect(Number(limits['ingestion_burst_size_mb'])).toBeGreaterThanOrEqual(
    Number(limits['ingestion_rate_mb']),
  );
  expect(parseInt(String(limits['per_stream_rate_limit']))).toBeGreaterThan(10);
});

test("caches, replay and Go's limit fit into the memory limit", () => {
  const limit = mebibytes(loki.resources.limits.memory);
  const { max_size_mb: cache } = configuration.chunk_store_config.chunk_cache_config.embedded_cache;
  expect(mebibytes(loki.env['GOMEMLIMIT'] as string)).toBeLessThan(limit * 0.9);
  expect(cache + parseInt(ingester.wal.replay_memory_ceiling)).toBeLessThan(limit / 2);
});

test('the bucket: versioned, 30 days for objects, a week for deleted ones', () => {
  expect(json('bucket.json')).toEqual({ Bucket: 'loki-chunks' });
  expect(json('versioning.json')).toEqual({
    Bucket: 'loki-chunks',
    VersioningConfiguration: { Status: 'Enabled' },
  });
  const whole = { Status: 'Enabled', Filter: { Prefix: '' } };
  expect(json('lifecycle.json')).toMatchObject({
    Bucket: 'loki-chunks',
    LifecycleConfiguration: {
      Rules: [
        { ...whole, Expiration: { Days: 30 } },
        { ...whole, NoncurrentVersionExpiration: { NoncurrentDays: 7 } },
      ],
    },
  });
});

test("the policy allows Loki's own bucket and nothing else", () => {
  const { Statement: statements } = json('policy.json') as {
    Statement: { Effect: string; Action: string[]; Resource: string[] }[];
  };
  expect(statements.flatMap(({ Resource }) => Resource)).toEqual([
    'arn:aws:s3:::loki-chunks',
    'arn:aws:s3:::loki-chunks/*',
  ]);
  for (const action of statements.flatMap(({ Action }) => Action)) expect(action).toMatch(/^s3:[A-Za-z]+$/);
  for (const action of statements.flatMap(({ Action }) => Action))
    expect(action).not.toMatch(/Policy|DeleteBucket|Version$/);
});
