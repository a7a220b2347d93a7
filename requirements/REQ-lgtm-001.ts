import type { Requirement } from './model.ts';

export const loki = {
  id: 'REQ-lgtm-001',
  fullId: 'REQ-lgtm-d4f8c2a1-001',
  title: 'Loki keeps the logs in S3',
  epic: 'Logs',
  components: ['loki'],
  entries: [
    {
      id: 'AC-lgtm-001-01',
      title: 'Versioned bucket loki-chunks',
      statement:
        'Deploying Loki leaves a bucket of its own on S3, named loki-chunks, whose versioning is Enabled.',
      confidence: 95,
      thresholds: {},
      judged: {
        local:
          'the bucket step as deployed runs twice against an S3 without buckets; S3 is asked what it made',
        cluster: 'the deployed bucket step runs twice against a fresh S3; the live bucket is asked as well',
      },
    },
    {
      id: 'AC-lgtm-001-02',
      title: 'Chunks in S3 within 5 minutes',
      statement: 'Every log line is in S3, inside a chunk, no later than 5 minutes after Loki took it.',
      confidence: 90,
      thresholds: {
        chunkInS3Within: {
          limit: 300,
          unit: 's',
          comparison: 'at most',
          of: 'acknowledgement to chunk in S3',
        },
        lines: { limit: 100_000, unit: 'lines', comparison: 'at least', of: 'lines written' },
        streams: { limit: 20, unit: 'streams', comparison: 'at least', of: 'streams written to' },
      },
      judged: {
        local:
          'every acknowledged line is read from a shadow with an empty disk; S3’s LastModified stops the clock',
        cluster: 'the same, with the shadow as a pod cloned from the deployed template',
      },
    },
    {
      id: 'AC-lgtm-001-03',
      title: 'No line lost over a restart',
      statement:
        'When Loki’s pod restarts it takes its state up again from S3, and no acknowledged line is gone.',
      confidence: 85,
      thresholds: {
        linesLost: { limit: 0, unit: 'lines', comparison: 'exactly', of: 'acknowledged lines missing' },
        linesRepeated: {
          limit: 0,
          unit: 'lines',
          comparison: 'exactly',
          of: 'lines answered more than once',
        },
        writeRate: { limit: 2, unit: 'MB/s', comparison: 'at least', of: 'write rate when it is killed' },
      },
      judged: {
        local:
          'SIGKILL in mid-write, a plain restart, and a restart with the disk gone; the ledger is compared after each',
        cluster: 'the same through pod deletion; loss of the disk only where its volume may be removed',
      },
    },
    {
      id: 'AC-lgtm-001-04',
      title: 'Invalid S3 credentials end in CrashLoopBackOff',
      statement:
        'With S3 credentials that are not valid, Loki logs an authentication error and ends up in CrashLoopBackOff.',
      confidence: 95,
      thresholds: {
        restarts: {
          limit: 2,
          unit: 'restarts',
          comparison: 'at least',
          of: 'restarts before CrashLoopBackOff',
        },
      },
      judged: {
        local: 'shadows with a wrong secret and with an unknown key, under the supervisor’s kubelet rules',
        cluster: 'the same shadows as pods under the real kubelet',
      },
    },
    {
      id: 'AC-lgtm-001-05',
      title: 'Log queries over 24 h within 3 s',
      statement: 'Asked through Grafana for any range up to 24 hours, Loki answers within 3 seconds.',
      confidence: 80,
      thresholds: {
        answerWithin: { limit: 3, unit: 's', comparison: 'at most', of: 'slowest answer through Grafana' },
        range: { limit: 86_400, unit: 's', comparison: 'at least', of: 'longest range asked for' },
        seededBytes: { limit: 1e9, unit: 'bytes', comparison: 'at least', of: 'volume of the seeded lines' },
        samplesPerQuery: {
          limit: 30,
          unit: 'samples',
          comparison: 'at least',
          of: 'answers timed per query',
        },
      },
      judged: {
        local: 'seeded lines asked for through Grafana’s /api/ds/query, cold and warm, each answer checked',
        cluster: 'the same through the existing Grafana',
      },
    },
  ],
} as const satisfies Requirement;
