import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { parse } from 'yaml';
import { root } from '../fixtures/settings.ts';
import { readRemoteWrite } from '../fixtures/stack/remote-write.ts';
import { manifestsOf, mebibytes } from './manifests-app.ts';

/** Rules for Mimir's manifests that need no tool: what the requirements say of the deployment itself. */

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

const { text, json, app: mimir, disk } = manifestsOf('mimir');
const remoteWrite = readRemoteWrite(join(root, 'manifests'));
const configuration = parse(text('config/mimir.yaml')) as MimirConfiguration;

test("Mimir's S3 is the one endpoint, and no key is in its configuration", () => {
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
  expect(disk).toBe('/var/mimir');
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

test('caches fit into the memory limit', () => {
  const limit = mebibytes(mimir.resources.limits.memory);
  const cache = configuration.blocks_storage.bucket_store.index_cache.inmemory.max_size_bytes;
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
