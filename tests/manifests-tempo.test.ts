import { expect, test } from '@playwright/test';
import { parse } from 'yaml';
import { manifestsOf, seconds } from './manifests-app.ts';

/** Rules for Tempo's manifests that need no tool: what the requirements say of the deployment itself. */

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

const { text, json, app: tempo, disk, mounted, values } = manifestsOf('tempo');
/** The configuration as a pod without any of its variables reads it. */
const configuration = parse(
  text('config/tempo.yaml').replace(/\$\{\w+:-([^}]*)\}/g, '$1'),
) as TempoConfiguration;
const { ingester } = configuration;

test('what Tempo writes is on its volume', () => {
  expect(configuration.storage.trace.wal.path).toBe(`${disk}/wal`);
});

test('the Service has the ports that Tempo listens on', () => {
  const { http, 'otlp-grpc': grpc, 'otlp-http': otlpHttp, ...others } = values.service.app.ports;
  expect(others).toEqual({});
  const { protocols } = configuration.distributor.receivers.otlp;
  expect(http?.port).toBe(configuration.server['http_listen_port']);
  expect(`0.0.0.0:${grpc?.port ?? ''}`).toBe(protocols.grpc.endpoint);
  expect(`0.0.0.0:${otlpHttp?.port ?? ''}`).toBe(protocols.http.endpoint);
});

test('no variable of the configuration is set in the pod: it runs with what the file says', () => {
  const variables = [...text('config/tempo.yaml').matchAll(/\$\{(\w+)/g)].map(([, name]) => name ?? '');
  expect(variables).toContain('TEMPO_LISTEN_ADDRESS');
  expect(tempo.args).toEqual([`-config.file=${mounted()[0] ?? ''}`, '-config.expand-env=true']);
  for (const variable of variables.filter((name) => name !== 'NAME')) {
    expect(variable).toMatch(/^TEMPO_/);
    expect(Object.keys(tempo.env)).not.toContain(variable);
  }
});

test("Tempo's S3 is the one endpoint, and no key is in its configuration", () => {
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
