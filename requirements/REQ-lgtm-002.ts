import type { Requirement } from './model.ts';

export const tempo = {
  id: 'REQ-lgtm-002',
  fullId: 'REQ-lgtm-d4f8c2a1-002',
  title: 'Tempo keeps the traces in S3',
  epic: 'Traces',
  components: ['tempo'],
  entries: [
    {
      id: 'AC-lgtm-002-01',
      title: 'Bucket tempo-traces with a lifecycle rule',
      statement:
        'Deploying Tempo leaves a bucket of its own on S3, named tempo-traces, that carries a lifecycle rule.',
      confidence: 95,
      thresholds: {
        expiresAfter: { limit: 30, unit: 'days', comparison: 'exactly', of: 'expiry of the whole bucket' },
      },
      judged: {
        local:
          'the bucket step as deployed runs twice against an S3 without buckets; S3 is asked what it made',
        cluster: 'the deployed bucket step runs twice against a fresh S3; the live bucket is asked as well',
      },
    },
    {
      id: 'AC-lgtm-002-02',
      title: 'Traces in S3 within 10 minutes',
      statement: 'Every trace that Tempo takes over OTLP is in S3 no later than 10 minutes afterwards.',
      confidence: 90,
      thresholds: {
        traceInS3Within: {
          limit: 600,
          unit: 's',
          comparison: 'at most',
          of: 'acknowledgement to block in S3',
        },
        spansLost: { limit: 0, unit: 'spans', comparison: 'exactly', of: 'spans missing or altered' },
        services: { limit: 5, unit: 'services', comparison: 'at least', of: 'services per trace' },
        depth: { limit: 6, unit: 'levels', comparison: 'at least', of: 'depth of a trace' },
      },
      judged: {
        local:
          'every acknowledged span is read from a shadow with an empty disk; S3’s LastModified stops the clock',
        cluster: 'the same, with the shadow as a pod cloned from the deployed template',
      },
    },
    {
      id: 'AC-lgtm-002-03',
      title: 'Traces answer after a restart, nothing rebuilt',
      statement:
        'After Tempo’s pod restarts its traces can be queried as before, without any index being built again.',
      confidence: 80,
      thresholds: {
        spansLost: {
          limit: 0,
          unit: 'spans',
          comparison: 'exactly',
          of: 'acknowledged spans missing, but for those held in memory only',
        },
        spansRepeated: {
          limit: 0,
          unit: 'spans',
          comparison: 'exactly',
          of: 'spans answered more than once',
        },
        // Tempo writes its log when a trace rests, not when it acknowledges (grafana.com/docs/tempo, ingester).
        heldInMemory: {
          limit: 10,
          unit: 's',
          comparison: 'at most',
          of: 'age of spans that a killed Tempo loses, not in its write-ahead log yet',
        },
        blocksRewritten: {
          limit: 0,
          unit: 'blocks',
          comparison: 'exactly',
          of: 'blocks written to S3 again',
        },
      },
      judged: {
        local:
          'SIGKILL in mid-write, a plain restart, and a restart with the disk gone; S3’s objects before and after',
        cluster: 'the same through pod deletion; loss of the disk only where its volume may be removed',
      },
    },
    {
      id: 'AC-lgtm-002-04',
      title: 'S3 deletes traces after 30 days',
      statement: 'A trace older than 30 days is deleted by S3’s own lifecycle rule, without anybody’s doing.',
      confidence: 85,
      thresholds: {
        expiresAfter: { limit: 30, unit: 'days', comparison: 'exactly', of: 'age at which S3 deletes' },
        stillThereAt: { limit: 29, unit: 'days', comparison: 'at least', of: 'age of an object S3 keeps' },
        goneAt: { limit: 31, unit: 'days', comparison: 'at most', of: 'age of an object S3 has deleted' },
      },
      judged: {
        local: 'objects put with ages of 29 and 31 days; S3 itself keeps the one and deletes the other',
        cluster:
          'the rule as S3 reports it, and the expiry date it gives for objects; ages where S3 can be given them',
      },
    },
    {
      id: 'AC-lgtm-002-05',
      title: 'Queries for recent traces within 5 s',
      statement: 'Asked through Grafana for recent traces, Tempo answers within 5 seconds.',
      confidence: 75,
      thresholds: {
        answerWithin: { limit: 5, unit: 's', comparison: 'at most', of: 'slowest answer through Grafana' },
        spans: { limit: 100_000, unit: 'spans', comparison: 'at least', of: 'spans seeded' },
        traces: { limit: 5_000, unit: 'traces', comparison: 'at least', of: 'traces seeded' },
        samplesPerQuery: {
          limit: 30,
          unit: 'samples',
          comparison: 'at least',
          of: 'answers timed per query',
        },
      },
      judged: {
        local:
          'seeded traces asked for by id, attribute, duration and structure through Grafana, cold and warm',
        cluster: 'the same through the existing Grafana',
      },
    },
  ],
} as const satisfies Requirement;
