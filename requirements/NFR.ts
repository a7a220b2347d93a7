import { components, type Requirement } from './model.ts';

/** The non-functional requirements: each is judged as a whole, so each is its own only entry. */
export const nonFunctional = [
  {
    id: 'NFR-lgtm-d4f8c2a1-PERF-001',
    fullId: 'NFR-lgtm-d4f8c2a1-PERF-001',
    title: 'Query performance',
    epic: 'Performance',
    components,
    entries: [
      {
        id: 'NFR-lgtm-d4f8c2a1-PERF-001',
        title: 'Queries over 24 h within 5 s',
        statement:
          'Any query for logs, traces or metrics that spans up to 24 hours is answered within 5 seconds.',
        confidence: null,
        thresholds: {
          answerWithin: { limit: 5, unit: 's', comparison: 'at most', of: 'slowest answer through Grafana' },
          range: { limit: 86_400, unit: 's', comparison: 'at least', of: 'longest range asked for' },
          samplesPerQuery: {
            limit: 30,
            unit: 'samples',
            comparison: 'at least',
            of: 'answers timed per query',
          },
        },
        judged: {
          local: 'seeded data of all three asked for through Grafana, cold and warm, each answer checked',
          cluster: 'the same through the existing Grafana',
        },
      },
    ],
  },
  {
    id: 'NFR-lgtm-d4f8c2a1-PERF-002',
    fullId: 'NFR-lgtm-d4f8c2a1-PERF-002',
    title: 'Ingestion throughput',
    epic: 'Performance',
    components,
    entries: [
      {
        id: 'NFR-lgtm-d4f8c2a1-PERF-002',
        title: '10 MB/s per component without loss',
        statement: 'Each component takes logs, traces or metrics at up to 10 MB/s and loses none of them.',
        confidence: null,
        thresholds: {
          rate: { limit: 10, unit: 'MB/s', comparison: 'at least', of: 'payload sustained per component' },
          recordsLost: { limit: 0, unit: 'records', comparison: 'exactly', of: 'accepted records missing' },
          recordsRepeated: {
            limit: 0,
            unit: 'records',
            comparison: 'exactly',
            of: 'records answered more than once',
          },
          requestsRefused: { limit: 0, unit: 'requests', comparison: 'exactly', of: 'requests refused' },
        },
        judged: {
          local:
            'k6 at a constant arrival rate, one component at a time and all at once; the ledger is compared',
          cluster: 'the same scripts run in the cluster',
        },
      },
    ],
  },
  {
    id: 'NFR-lgtm-d4f8c2a1-SEC-001',
    fullId: 'NFR-lgtm-d4f8c2a1-SEC-001',
    title: 'Credential security',
    epic: 'Security',
    components,
    entries: [
      {
        id: 'NFR-lgtm-d4f8c2a1-SEC-001',
        title: 'No plaintext credential in Git',
        statement:
          'S3 credentials are stored encrypted by SOPS with age keys; version control never holds one in plaintext.',
        confidence: null,
        thresholds: {
          plaintext: {
            limit: 0,
            unit: 'values',
            comparison: 'exactly',
            of: 'plaintext credentials in any commit',
          },
        },
        components: [],
        judged: {
          local: 'SOPS structure and age recipients of every secret, and a search of the whole Git history',
          cluster: 'the same; the repository is what is judged',
        },
      },
    ],
  },
  {
    id: 'NFR-lgtm-d4f8c2a1-SEC-002',
    fullId: 'NFR-lgtm-d4f8c2a1-SEC-002',
    title: 'Network security',
    epic: 'Security',
    components,
    entries: [
      {
        id: 'NFR-lgtm-d4f8c2a1-SEC-002',
        title: 'HTTPS to S3, mTLS between pods',
        statement: 'Components speak HTTPS with S3, and the service mesh’s mutual TLS with each other.',
        confidence: null,
        thresholds: {
          unencrypted: {
            limit: 0,
            unit: 'connections',
            comparison: 'exactly',
            of: 'connections without TLS',
          },
        },
        judged: {
          local:
            'TLS to S3 on the wire, wrong and expired certificates refused; the mesh’s rules as rendered',
          cluster: 'the same, and the live mesh’s own statement about each pod',
        },
      },
    ],
  },
  {
    id: 'NFR-lgtm-d4f8c2a1-SCALE-001',
    fullId: 'NFR-lgtm-d4f8c2a1-SCALE-001',
    title: 'Storage limits',
    epic: 'Scale',
    components,
    entries: [
      {
        id: 'NFR-lgtm-d4f8c2a1-SCALE-001',
        title: 'S3 lifecycle bounds the storage',
        statement:
          'When storage grows past what is configured, retention applies: S3’s lifecycle rules delete the old data by themselves.',
        confidence: null,
        thresholds: {
          expiresAfter: { limit: 30, unit: 'days', comparison: 'exactly', of: 'age at which S3 deletes' },
          stillThereAt: { limit: 29, unit: 'days', comparison: 'at least', of: 'age of an object S3 keeps' },
          goneAt: { limit: 31, unit: 'days', comparison: 'at most', of: 'age of an object S3 has deleted' },
        },
        judged: {
          local: 'objects with ages of 29 and 31 days, current and noncurrent versions, in every bucket',
          cluster: 'the rules as S3 reports them; ages where S3 can be given them',
        },
      },
    ],
  },
  {
    id: 'NFR-lgtm-d4f8c2a1-SCALE-002',
    fullId: 'NFR-lgtm-d4f8c2a1-SCALE-002',
    title: 'Resource constraints',
    epic: 'Scale',
    components,
    entries: [
      {
        id: 'NFR-lgtm-d4f8c2a1-SCALE-002',
        title: 'One replica, memory request below 2Gi',
        statement:
          'In home-lab mode each component runs as a single replica whose pod requests less than 2Gi of memory.',
        confidence: null,
        thresholds: {
          replicas: { limit: 1, unit: 'replicas', comparison: 'exactly', of: 'replicas per component' },
          memoryRequest: {
            limit: 2 * 1024 ** 3,
            unit: 'bytes',
            comparison: 'below',
            of: 'memory request per pod',
          },
        },
        components: [],
        judged: {
          local: 'the rendered objects, all containers of a pod added up',
          cluster: 'the same of the live objects',
        },
      },
    ],
  },
  {
    id: 'NFR-lgtm-d4f8c2a1-OPS-001',
    fullId: 'NFR-lgtm-d4f8c2a1-OPS-001',
    title: 'Deployment pattern',
    epic: 'Operations',
    components,
    entries: [
      {
        id: 'NFR-lgtm-d4f8c2a1-OPS-001',
        title: 'Flux OCIRepository with HelmRelease',
        statement:
          'Components are deployed as the other apps of namespace monitoring are: a Flux HelmRelease fed by an OCIRepository.',
        confidence: null,
        thresholds: {
          otherwiseDeployed: {
            limit: 0,
            unit: 'objects',
            comparison: 'exactly',
            of: 'workloads deployed in another way',
          },
        },
        components: [],
        judged: {
          local: 'the objects that kustomize builds from manifests/, each reference followed',
          cluster: 'the same of the live objects, and that Flux reports them ready',
        },
      },
    ],
  },
  {
    id: 'NFR-lgtm-d4f8c2a1-OPS-002',
    fullId: 'NFR-lgtm-d4f8c2a1-OPS-002',
    title: 'Configuration management',
    epic: 'Operations',
    components,
    entries: [
      {
        id: 'NFR-lgtm-d4f8c2a1-OPS-002',
        title: 'Configuration in values and ConfigMaps',
        statement:
          'Configuration comes from HelmRelease values and external ConfigMaps; none is written inline.',
        confidence: null,
        thresholds: {
          inline: {
            limit: 0,
            unit: 'objects',
            comparison: 'exactly',
            of: 'objects with inline configuration',
          },
        },
        components: [],
        judged: {
          local: 'the rendered objects: where every mounted configuration file comes from',
          cluster: 'the same of the live objects',
        },
      },
    ],
  },
  {
    id: 'NFR-lgtm-d4f8c2a1-RECOVER-001',
    fullId: 'NFR-lgtm-d4f8c2a1-RECOVER-001',
    title: 'Data recovery',
    epic: 'Recovery',
    components,
    entries: [
      {
        id: 'NFR-lgtm-d4f8c2a1-RECOVER-001',
        title: 'Recovered from S3 within 5 minutes',
        statement:
          'After pods are deleted or a node fails, the state is back from S3 within 5 minutes and work goes on with nobody’s hand in it.',
        confidence: null,
        thresholds: {
          recoveredWithin: {
            limit: 300,
            unit: 's',
            comparison: 'at most',
            of: 'first wrong to first right answer',
          },
          recordsLost: {
            limit: 0,
            unit: 'records',
            comparison: 'exactly',
            of: 'records due in S3 that are missing',
          },
        },
        judged: {
          local:
            'every component killed with its disk gone; the first wrong and the first right answer are timed',
          cluster: 'pods deleted; a node drained where there is a second one',
        },
      },
    ],
  },
] as const satisfies readonly Requirement[];
