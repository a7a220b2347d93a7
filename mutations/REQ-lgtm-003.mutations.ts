import { doublingMimir, forgetfulMimir, slowGrafana, slowMimir } from './liars.ts';
import { mutation } from './mutation.ts';

const config = 'mimir/app/config/mimir.yaml';
const remoteWrite = 'kube-prometheus-stack/remote-write.yaml';

mutation({
  title: 'Mimir takes every write 70 s late',
  criterion: 'AC-lgtm-003-02',
  reason: /series of the scrape at .* are not in Mimir 6\d s later/,
  interposers: slowMimir(70_000),
});
mutation({
  title: 'Prometheus drops one series of 10,000',
  criterion: 'AC-lgtm-003-02',
  reason: /^1 of 10000 series of the scrape at .* are not in Mimir 6\d s later/,
  edits: [
    {
      file: remoteWrite,
      from: '            sendExemplars: true',
      to: [
        '            writeRelabelConfigs:',
        '              - { sourceLabels: [number], regex: "4711", action: drop }',
        '            sendExemplars: true',
      ].join('\n'),
    },
  ],
});
mutation({
  title: 'Prometheus sends no exemplars',
  criterion: 'AC-lgtm-003-02',
  reason: /scrapes without their exemplar: expected , received \d/,
  edits: [{ file: remoteWrite, from: 'sendExemplars: true', to: 'sendExemplars: false' }],
});
mutation({
  title: 'Mimir acknowledges one request in three and forgets it',
  criterion: 'AC-lgtm-003-02',
  // Whichever looks first: the scrapes, or what was written past Prometheus.
  reason: /series of the scrape at .* are not in Mimir 6\d s later|expected exact, received .* missing/,
  interposers: forgetfulMimir(3),
});
mutation({
  title: 'Mimir answers a sample of one series in 10,000 twice, with another value',
  criterion: 'AC-lgtm-003-02',
  reason: /^series \d+ of the scrape at .*: 2 samples/,
  interposers: doublingMimir(10_000),
});
mutation({
  title: 'blocks stay on the ingester’s disk for ever',
  criterion: 'AC-lgtm-003-03',
  reason: /local copies left by ingester and compactor: expected exactly 0 blocks, measured 4/,
  edits: [{ file: config, from: 'retention_period: 13h', to: 'retention_period: 0s' }],
});
mutation({
  title: 'nothing is compacted',
  criterion: 'AC-lgtm-003-03',
  reason: /one block of 5: not within/,
  edits: [{ file: config, from: 'compactor:\n', to: 'compactor:\n  disabled_tenants: anonymous\n' }],
});
mutation({
  title: 'blocks are dropped after a while whether they are in S3 or not',
  criterion: 'AC-lgtm-003-04',
  reason: /samples missing or altered in S3 afterwards: expected exactly 0 samples, measured [1-9]/,
  edits: [
    {
      file: config,
      from: '    retention_period: 13h',
      to: '    retention_period: 13h\n    ship_interval: 0s',
    },
  ],
});
mutation({
  title: 'the volume is too small for two hours',
  criterion: 'AC-lgtm-003-04',
  reason: /room without S3 at 10 MB\/s: expected at least 7200 s/,
  edits: [{ file: 'mimir/app/helmrelease.yaml', from: 'size: 50Gi', to: 'size: 1Gi' }],
});
mutation({
  title: 'Grafana takes 3.5 s for one query in ten',
  criterion: 'AC-lgtm-003-05',
  reason: /slowest answer: expected at most 3 s, measured [3-9]/,
  interposers: slowGrafana(3_500, 10),
});
mutation({
  title: 'object lock is on',
  criterion: 'AC-lgtm-003-01',
  reason: /object lock of the deployed mimir-blocks: expected disabled, received enabled/,
  edits: [
    {
      file: 'mimir/app/bucket/bucket.json',
      from: '"mimir-blocks"',
      to: '"mimir-blocks", "ObjectLockEnabledForBucket": true',
    },
    {
      file: 'mimir/app/bucket/policy.json',
      from: '"s3:CreateBucket",',
      to: '"s3:CreateBucket", "s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning",',
    },
  ],
});
