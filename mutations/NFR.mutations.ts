import { newCredentials } from '../fixtures/stack/minio-admin.ts';
import { mutation } from './mutation.ts';

const release = 'loki/app/helmrelease.yaml';
// One random key in 200 has no digit, and the search takes it for a word.
const secretAccessKey = `${newCredentials().secretAccessKey}7`;

mutation({
  title: 'a commit of the past holds a credential in clear',
  criterion: 'NFR-lgtm-d4f8c2a1-SEC-001',
  reason:
    /plaintext credentials in the whole history: .*manifests\/notes\.yaml \(git log .* a value assigned to a credential/,
  history: [{ file: 'notes.yaml', content: `secret_access_key: ${secretAccessKey}\n` }],
});
mutation({
  title: 'a commit of the past holds a Secret with a short password',
  criterion: 'NFR-lgtm-d4f8c2a1-SEC-001',
  reason:
    /plaintext credentials in the whole history: .*: Secret loki-s3-secret with AWS_SECRET_ACCESS_KEY in clear/,
  history: [
    {
      file: 'loki/app/secret.yaml',
      content:
        'apiVersion: v1\nkind: Secret\nmetadata:\n  name: loki-s3-secret\nstringData:\n  AWS_SECRET_ACCESS_KEY: minio123\n',
    },
  ],
});
mutation({
  title: 'a Secret can be decrypted by a PGP key too',
  criterion: 'NFR-lgtm-d4f8c2a1-SEC-001',
  reason: /secrets that are not encrypted by SOPS with age: .*pgp can decrypt it/,
  edits: [
    { file: 'loki/app/secret.sops.yaml', from: /^ {4}age:$/m, to: '    pgp:\n        - fp: "0"\n    age:' },
  ],
});
mutation({
  title: 'two replicas',
  criterion: 'NFR-lgtm-d4f8c2a1-SCALE-002',
  reason: /replicas of loki: expected exactly 1 replicas, measured 2/,
  edits: [{ file: release, from: 'replicas: 1', to: 'replicas: 2' }],
});
mutation({
  title: 'a memory request of exactly 2Gi',
  criterion: 'NFR-lgtm-d4f8c2a1-SCALE-002',
  reason: /memory that a pod of loki requests: expected below 2147483648 bytes, measured 2147483648 bytes/,
  edits: [{ file: release, from: 'memory: 1536Mi', to: 'memory: 2Gi' }],
});
mutation({
  title: 'a sidecar takes the pod to 2Gi',
  criterion: 'NFR-lgtm-d4f8c2a1-SCALE-002',
  reason: /memory that a pod of loki requests: expected below 2147483648 bytes, measured 2147483648 bytes/,
  edits: [
    {
      file: release,
      from: '          bucket:\n',
      to: '          bucket:\n            restartPolicy: Always\n',
    },
    { file: release, from: 'memory: 1536Mi', to: 'memory: 1984Mi' },
  ],
});
mutation({
  title: 'the chart comes from a HelmRepository',
  criterion: 'NFR-lgtm-d4f8c2a1-OPS-001',
  reason:
    /deployed in another way: .*HelmRelease monitoring\/loki takes chart app-template from a HelmRepository/,
  edits: [
    {
      file: release,
      from: '  chartRef:\n    kind: OCIRepository\n    name: loki\n',
      to: '  chart:\n    spec:\n      chart: app-template\n      version: 4.1.1\n      sourceRef:\n        kind: HelmRepository\n        name: loki\n',
    },
    {
      file: 'loki/app/ocirepository.yaml',
      from: /kind: OCIRepository[\s\S]*/,
      to: 'kind: HelmRepository\nmetadata:\n  name: loki\nspec:\n  interval: 1h\n  url: https://charts.example.org\n',
    },
  ],
});
mutation({
  title: 'the chart has no version of its own',
  criterion: 'NFR-lgtm-d4f8c2a1-OPS-001',
  reason: /deployed in another way: .*OCIRepository monitoring\/loki pins no version \(latest\)/,
  edits: [{ file: 'loki/app/ocirepository.yaml', from: /tag: .*/, to: 'tag: latest' }],
});
mutation({
  title: 'a Deployment stands beside the HelmRelease',
  criterion: 'NFR-lgtm-d4f8c2a1-OPS-001',
  reason: /deployed in another way: .*Deployment monitoring\/helper comes from no HelmRelease/,
  edits: [
    {
      file: 'loki/app/ocirepository.yaml',
      from: /$/,
      to: `---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: helper
spec:
  selector:
    matchLabels: { app: helper }
  template:
    metadata:
      labels: { app: helper }
    spec:
      containers:
        - name: helper
          image: docker.io/library/busybox:1.37.0
`,
    },
  ],
});
mutation({
  title: 'the configuration is written into the values',
  criterion: 'NFR-lgtm-d4f8c2a1-OPS-002',
  reason: /written inline: .*ConfigMap monitoring\/loki is rendered out of a HelmRelease's values/,
  edits: [
    {
      file: release,
      from: '    persistence:\n      config:\n        type: configMap\n        name: loki-config\n',
      to: '    configMaps:\n      config:\n        data:\n          config.yaml: |\n            auth_enabled: false\n            analytics: { reporting_enabled: false }\n    persistence:\n      config:\n        type: configMap\n        identifier: config\n',
    },
  ],
});
mutation({
  title: 'the configuration is read from where no ConfigMap is mounted',
  criterion: 'NFR-lgtm-d4f8c2a1-OPS-002',
  reason: /written inline: .*\/etc\/loki\/config\.yaml is in no ConfigMap that is mounted/,
  edits: [{ file: release, from: 'path: /etc/loki\n', to: 'path: /etc/other\n' }],
});
mutation({
  title: 'a script stands in the arguments',
  criterion: 'NFR-lgtm-d4f8c2a1-OPS-002',
  reason: /written inline: .*container bucket: an argument of several lines/,
  edits: [
    {
      file: release,
      from: "command: ['/bin/sh', '/bucket/bucket.sh']",
      to: 'command:\n              - /bin/sh\n              - -c\n              - |\n                set -eu\n                aws s3api create-bucket --bucket loki-chunks',
    },
  ],
});
