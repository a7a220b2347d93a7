import { doublingLoki, forgetfulLoki, forgetfulS3, slowGrafana } from './liars.ts';
import { mutation } from './mutation.ts';

const config = 'loki/app/config/loki.yaml';

// The longest first: they wait for the five minutes to pass.
mutation({
  title: 'chunks are held longer than 5 minutes',
  criterion: 'AC-lgtm-001-02',
  reason: /is not in S3 30\d s later/,
  edits: [
    { file: config, from: 'max_chunk_age: 3m', to: 'max_chunk_age: 30m' },
    { file: config, from: 'chunk_idle_period: 1m', to: 'chunk_idle_period: 30m' },
    { file: config, from: 'sync_period: 3m', to: 'sync_period: 30m' },
  ],
});
mutation({
  title: 'S3 acknowledges one chunk in 200 and drops it',
  criterion: 'AC-lgtm-001-02',
  reason: /is not in S3 \d+ s later/,
  interposers: forgetfulS3(200),
});
mutation({
  title: 'Loki acknowledges and forgets one line in 5,000',
  criterion: 'AC-lgtm-001-02',
  // Whichever looks first: the answer of Loki, or the chunks in S3.
  reason: /lines as Loki answers them at once: expected exact, received .* missing|is not in S3 \d+ s later/,
  interposers: forgetfulLoki(5_000),
});
mutation({
  title: 'Grafana takes 3.5 s for one query in ten',
  criterion: 'AC-lgtm-001-05',
  reason: /slowest answer: expected at most 3 s, measured [3-9]/,
  interposers: slowGrafana(3_500, 10),
});
mutation({
  title: 'no write-ahead log when it is killed',
  criterion: 'AC-lgtm-001-03',
  reason: /acknowledged lines lost: expected exactly 0 lines, measured [1-9]/,
  edits: [{ file: config, from: '  wal:\n', to: '  wal:\n    enabled: false\n' }],
});
mutation({
  title: 'Loki answers each line twice',
  criterion: 'AC-lgtm-001-03',
  reason: /lines answered more than once: expected exactly 0 lines, measured [1-9]/,
  interposers: doublingLoki(),
});
mutation({
  title: 'nobody checks the credentials at start',
  criterion: 'AC-lgtm-001-04',
  reason: /CrashLoopBackOff after 2 restarts: not within/,
  edits: [
    { file: config, from: 'retention_enabled: true', to: 'retention_enabled: false' },
    { file: config, from: '  delete_request_store: s3\n', to: '' },
  ],
});
mutation({
  title: 'versioning is suspended',
  criterion: 'AC-lgtm-001-01',
  reason: /versioning of the deployed loki-chunks: expected Enabled, received Suspended/,
  edits: [{ file: 'loki/app/bucket/versioning.json', from: '"Enabled"', to: '"Suspended"' }],
});
