import type { Requirement } from './model.ts';

export const mimir = {
  id: 'REQ-lgtm-003',
  fullId: 'REQ-lgtm-d4f8c2a1-003',
  title: 'Mimir keeps the metrics in S3',
  epic: 'Metrics',
  components: ['mimir'],
  entries: [
    {
      id: 'AC-lgtm-003-01',
      title: 'Bucket mimir-blocks without object lock',
      statement:
        'Deploying Mimir leaves a bucket of its own on S3, named mimir-blocks, that has no object lock.',
      confidence: 95,
      thresholds: {},
      judged: {
        local:
          'the bucket step as deployed runs twice against an S3 without buckets; S3 is asked what it made',
        cluster: 'the deployed bucket step runs twice against a fresh S3; the live bucket is asked as well',
      },
    },
    {
      id: 'AC-lgtm-003-02',
      title: 'Remote-written metrics stored within 1 minute',
      statement: 'What Prometheus writes to Mimir is accepted and stored there within 1 minute.',
      confidence: 90,
      thresholds: {
        storedWithin: { limit: 60, unit: 's', comparison: 'at most', of: 'scrape to first exact answer' },
        samplesLost: { limit: 0, unit: 'samples', comparison: 'exactly', of: 'samples missing or altered' },
        series: { limit: 10_000, unit: 'series', comparison: 'at least', of: 'series written' },
      },
      judged: {
        local: 'a real Prometheus with the remote write of manifests/; every series is compared, not a sum',
        cluster: 'the same through kube-prometheus-stack’s Prometheus',
      },
    },
    {
      id: 'AC-lgtm-003-03',
      title: 'Compacted blocks in S3, local copies gone',
      statement: 'What Mimir compacts is uploaded to S3, and the copies on its own disk are deleted.',
      confidence: 85,
      thresholds: {
        compactionLevel: { limit: 2, unit: 'levels', comparison: 'at least', of: 'compaction level in S3' },
        sourceBlocks: { limit: 3, unit: 'blocks', comparison: 'at least', of: 'blocks compacted into one' },
        samplesLost: { limit: 0, unit: 'samples', comparison: 'exactly', of: 'samples missing afterwards' },
        localCopies: { limit: 0, unit: 'blocks', comparison: 'exactly', of: 'local copies left' },
      },
      judged: {
        local:
          'blocks flushed and compacted in earnest; S3’s block metadata, both disks and the answers are compared',
        cluster: 'the same on the running compactor, within its own intervals',
      },
    },
    {
      id: 'AC-lgtm-003-04',
      title: 'Two hours of S3 outage buffered',
      statement:
        'While writes to S3 fail, Mimir keeps the metrics on its own disk for up to 2 hours before it drops any.',
      confidence: 80,
      thresholds: {
        bufferedFor: { limit: 7_200, unit: 's', comparison: 'at least', of: 'outage survived' },
        samplesLost: { limit: 0, unit: 'samples', comparison: 'exactly', of: 'samples missing afterwards' },
        requestsRejected: {
          limit: 0,
          unit: 'requests',
          comparison: 'exactly',
          of: 'writes rejected meanwhile',
        },
      },
      judged: {
        local:
          'S3 cut off at the proxy while writing, for as long as asked; the configured room is shown to last 2 hours',
        cluster: 'the full 2 hours, with S3 cut off for Mimir alone',
      },
    },
    {
      id: 'AC-lgtm-003-05',
      title: 'Metric queries over 7 days within 3 s',
      statement: 'Asked through Grafana for any range up to 7 days, Mimir answers within 3 seconds.',
      confidence: 75,
      thresholds: {
        answerWithin: { limit: 3, unit: 's', comparison: 'at most', of: 'slowest answer through Grafana' },
        range: { limit: 604_800, unit: 's', comparison: 'at least', of: 'longest range asked for' },
        series: { limit: 1_000, unit: 'series', comparison: 'at least', of: 'series seeded' },
        sampleInterval: { limit: 15, unit: 's', comparison: 'exactly', of: 'interval of the seeded samples' },
        samplesPerQuery: {
          limit: 30,
          unit: 'samples',
          comparison: 'at least',
          of: 'answers timed per query',
        },
      },
      judged: {
        local:
          'seeded blocks in S3 asked for through Grafana’s /api/ds/query, cold and warm, each answer checked',
        cluster: 'the same through the existing Grafana',
      },
    },
  ],
} as const satisfies Requirement;
