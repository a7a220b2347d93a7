import { expect, test } from '@playwright/test';
import { parse } from 'yaml';
import { manifestsOf, mebibytes, seconds } from './manifests-app.ts';

/** Rules for Loki's manifests that need no tool: what the requirements say of the deployment itself. */

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

const { text, json, app: loki, disk, mounted } = manifestsOf('loki');
const configuration = parse(text('config/loki.yaml')) as LokiConfiguration;
const { ingester } = configuration;

test('what Loki writes is on its volume', () => {
  expect(disk).toBe(configuration.common.path_prefix);
});

test("Loki's S3 is the one endpoint, and no key is in its configuration", () => {
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

test('caches and replay fit into the memory limit', () => {
  const limit = mebibytes(loki.resources.limits.memory);
  const { max_size_mb: cache } = configuration.chunk_store_config.chunk_cache_config.embedded_cache;
  expect(cache + parseInt(ingester.wal.replay_memory_ceiling)).toBeLessThan(limit / 2);
});

test('the bucket: versioned, 30 days for objects, a week for deleted ones', () => {
  expect(mounted()).toContain('/bucket/versioning.json');
  expect(text('bucket/bucket.sh')).toContain('--cli-input-json file://versioning.json');
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
