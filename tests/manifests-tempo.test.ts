import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from '@playwright/test';
import { parse } from 'yaml';
import { root } from '../fixtures/settings.ts';

/** Rules for Tempo's manifests that need no tool: what the requirements say of the deployment itself. */

const app = join(root, 'manifests', 'tempo', 'app');
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
    tempo: {
      type: string;
      replicas: number;
      annotations: Record<string, string>;
      containers: { app: Container };
      initContainers: { bucket: Container };
      statefulset: { volumeClaimTemplates: { advancedMounts: { app: { path: string }[] } }[] };
    };
  };
  service: { app: { ports: Record<string, { port: number }> } };
  persistence: Record<
    string,
    { type: string; name?: string; advancedMounts: { tempo: Record<string, { path: string }[]> } }
  >;
}
interface TempoConfiguration {
  server: Record<string, string | number>;
  distributor: { receivers: { otlp: { protocols: Record<'grpc' | 'http', { endpoint: string }> } } };
  ingester: {
    trace_idle_period: string;
    flush_check_period: string;
    max_block_duration: string;
    max_block_bytes: number;
    flush_op_timeout: string;
    flush_all_on_shutdown?: boolean;
  };
  compactor: { compaction: { block_retention: string } };
  storage: { trace: { backend: string; s3: unknown; wal: { path: string }; blocklist_poll: string } };
  query_frontend: { search: { query_backend_after: string } };
  overrides: { defaults: { ingestion: Record<string, number> } };
}

const release = parse(text('helmrelease.yaml')) as {
  spec: { chartRef: { kind: string; name: string }; values: Values };
};
const { values } = release.spec;
const controller = values.controllers.tempo;
const tempo = controller.containers.app;
const bucketStep = controller.initContainers.bucket;
/** The configuration as a pod without any of its variables reads it. */
const configuration = parse(
  text('config/tempo.yaml').replace(/\$\{\w+:-([^}]*)\}/g, '$1'),
) as TempoConfiguration;
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
  expect(repository.spec.url).toBe('oci://ghcr.io/bjw-s-labs/helm/app-template');
  expect(repository.spec.ref.tag).toMatch(/^\d+\.\d+\.\d+$/);
});

for (const [name, container] of Object.entries({ tempo, bucketStep })) {
  test(`${name}: image pinned by tag and digest`, () => {
    expect(container.image.tag).toMatch(/^\d+\.\d+\.\d+@sha256:[0-9a-f]{64}$/);
  });

  test(`${name}: credentials come from tempo-s3-secret by secretKeyRef only`, () => {
    const secret = parse(text('secret.sops.yaml')) as { stringData: Record<string, string> };
    expect(container.envFrom).toBeUndefined();
    for (const key of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) {
      expect(container.env[key]).toEqual({ valueFrom: { secretKeyRef: { name: 'tempo-s3-secret', key } } });
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
  const disk = controller.statefulset.volumeClaimTemplates[0]?.advancedMounts.app[0]?.path ?? '';
  expect(configuration.storage.trace.wal.path).toBe(`${disk}/wal`);
  expect(values.defaultPodOptions.automountServiceAccountToken).toBe(false);
  expect(values.defaultPodOptions.securityContext).toMatchObject({
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
  });
  expect(values.defaultPodOptions.securityContext.runAsUser).toBeGreaterThan(0);
});

test('the Service has the ports that Tempo listens on', () => {
  const { http, 'otlp-grpc': grpc, 'otlp-http': otlpHttp, ...others } = values.service.app.ports;
  expect(others).toEqual({});
  const { protocols } = configuration.distributor.receivers.otlp;
  expect(http?.port).toBe(configuration.server['http_listen_port']);
  expect(`0.0.0.0:${grpc?.port ?? ''}`).toBe(protocols.grpc.endpoint);
  expect(`0.0.0.0:${otlpHttp?.port ?? ''}`).toBe(protocols.http.endpoint);
});

test("probes ask Tempo's port, and liveness does not ask for readiness", () => {
  const port = values.service.app.ports['http']?.port;
  const { startup, readiness, liveness } = tempo.probes ?? {};
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
      const paths = Object.values(advancedMounts.tempo).flat();
      // `key=file`, or a file whose name is the key.
      const keys = files.map((file) => basename(file.split('=')[0] ?? file));
      return paths.flatMap(({ path }) => keys.map((key) => `${path}/${key}`));
    });
  expect(tempo.args).toEqual([`-config.file=${mounted[0] ?? ''}`, '-config.expand-env=true']);
  expect(mounted).toContain(bucketStep.command?.[1]);
  for (const file of ['bucket.json', 'lifecycle.json']) expect(mounted).toContain(`/bucket/${file}`);
});

test('no variable of the configuration is set in the pod: it runs with what the file says', () => {
  const variables = [...text('config/tempo.yaml').matchAll(/\$\{(\w+)/g)].map(([, name]) => name ?? '');
  expect(variables).toContain('TEMPO_LISTEN_ADDRESS');
  for (const variable of variables.filter((name) => name !== 'NAME')) {
    expect(variable).toMatch(/^TEMPO_/);
    expect(Object.keys(tempo.env)).not.toContain(variable);
  }
});

test('one S3 endpoint, over verified TLS, and no key in any file', () => {
  const files = readdirSync(app, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(yaml|json|sh)$/.test(name),
  );
  const urls = files.flatMap((name) => text(name).match(/https?:\/\/[^\s"']+/g) ?? []);
  expect([...new Set(urls)]).toEqual(['https://s3.68cc.io']);
  expect(bucketStep.env['AWS_ENDPOINT_URL_S3']).toBe('https://s3.68cc.io');
  // Tempo takes a host without a scheme, and speaks TLS unless told `insecure`.
  expect(configuration.storage.trace.backend).toBe('s3');
  expect(configuration.storage.trace.s3).toEqual({
    endpoint: 's3.68cc.io',
    region: 'us-east-1',
    bucket: 'tempo-traces',
    forcepathstyle: true,
  });
});

test('the worst case from receipt to S3, two failed uploads included, is below 10 minutes', () => {
  /** Default of 2.10's trace_live_period; Tempo's jitter before a block is completed, and its back-off (flush.go). */
  const [live, jitter, backOff] = [30, 10, [30, 60]];
  const due =
    Math.max(live, seconds(ingester.trace_idle_period)) +
    2 * seconds(ingester.flush_check_period) +
    seconds(ingester.max_block_duration) +
    jitter;
  const retried = backOff.reduce((sum, wait) => sum + wait + seconds(ingester.flush_op_timeout), 0);
  expect(due + retried).toBeLessThan(600);
  // A block that is full is uploaded in its time at 10 MB/s.
  expect(ingester.max_block_bytes / 10e6).toBeLessThan(seconds(ingester.flush_op_timeout));
});

test("S3 deletes after 30 days; Tempo's own retention is later, and not the 0 that deletes everything", () => {
  expect(json('bucket.json')).toEqual({ Bucket: 'tempo-traces' });
  expect(json('lifecycle.json')).toEqual({
    Bucket: 'tempo-traces',
    LifecycleConfiguration: {
      Rules: [
        {
          ID: 'expire-after-30-days',
          Status: 'Enabled',
          Filter: { Prefix: '' },
          Expiration: { Days: 30 },
        },
      ],
    },
  });
  expect(seconds(configuration.compactor.compaction.block_retention)).toBeGreaterThan(30 * 86_400);
});

test('a block in S3 is searched there at once, whatever its age', () => {
  expect(seconds(configuration.query_frontend.search.query_backend_after)).toBe(0);
  expect(seconds(configuration.storage.trace.blocklist_poll)).toBeLessThanOrEqual(60);
});

test('the limits let 10 MB/s pass, in small traces too', () => {
  const { ingestion } = configuration.overrides.defaults;
  expect(ingestion['rate_limit_bytes']).toBeGreaterThanOrEqual(20e6);
  expect(ingestion['burst_size_bytes']).toBeGreaterThanOrEqual(ingestion['rate_limit_bytes'] ?? NaN);
  const smallTrace = 500;
  const inMemory =
    (10e6 / smallTrace) * (seconds(ingester.trace_idle_period) + seconds(ingester.flush_check_period));
  expect(ingestion['max_traces_per_user']).toBeGreaterThan(2 * inMemory);
});

test("Go's limit is below the memory limit", () => {
  const limit = mebibytes(tempo.resources.limits.memory);
  expect(mebibytes(tempo.env['GOMEMLIMIT'] as string)).toBeLessThan(limit * 0.9);
});

test("the policy allows Tempo's own bucket and nothing else", () => {
  const { Statement: statements } = json('policy.json') as {
    Statement: { Effect: string; Action: string[]; Resource: string[] }[];
  };
  expect(statements.flatMap(({ Resource }) => Resource)).toEqual([
    'arn:aws:s3:::tempo-traces',
    'arn:aws:s3:::tempo-traces/*',
  ]);
  for (const action of statements.flatMap(({ Action }) => Action)) {
    expect(action).toMatch(/^s3:[A-Za-z]+$/);
    expect(action).not.toMatch(/BucketPolicy|DeleteBucket|Version$/);
  }
});
