import { mutation } from './mutation.ts';

const network = 'NFR-lgtm-d4f8c2a1-SEC-002';
const storage = 'NFR-lgtm-d4f8c2a1-SCALE-001';

mutation({
  title: 'Loki accepts expired certificates and those of another name',
  criterion: network,
  reason:
    /loki at an S3 with a certificate (that has expired|of another name): expected refused, received accepted/,
  edits: [
    {
      file: 'loki/app/config/loki.yaml',
      from: '    s3forcepathstyle: true\n',
      to: '    s3forcepathstyle: true\n    http_config:\n      insecure_skip_verify: true\n',
    },
  ],
});
mutation({
  title: "Istio's mutual TLS is optional",
  criterion: network,
  reason: /mutual TLS of loki in istio-ambient: expected required, received PERMISSIVE/,
  edits: [
    {
      file: 'mesh/istio-ambient/policies/peerauthentication.yaml',
      from: 'mode: STRICT',
      to: 'mode: PERMISSIVE',
    },
  ],
});
mutation({
  title: 'Linkerd lets in whoever comes',
  criterion: network,
  reason: /mutual TLS of loki in linkerd: expected required, received all-unauthenticated/,
  edits: [
    {
      file: 'mesh/linkerd/member/kustomization.yaml',
      from: 'default-inbound-policy: all-authenticated',
      to: 'default-inbound-policy: all-unauthenticated',
    },
  ],
});
mutation({
  title: "Loki's lifecycle rule is disabled",
  criterion: storage,
  reason: /objects 31 days old deleted by S3: not within 120 s; last seen: still there: aged-31-days/,
  edits: [{ file: 'loki/app/bucket/lifecycle.json', from: '"Enabled"', to: '"Disabled"' }],
});
mutation({
  title: 'Mimir deletes below one prefix only',
  criterion: storage,
  reason: /objects 31 days old deleted by S3: not within 120 s; last seen: still there: aged-31-days/,
  edits: [
    {
      file: 'mimir/app/bucket/lifecycle.json',
      from: '"Filter": { "Prefix": "" }',
      to: '"Filter": { "Prefix": "tenant/" }',
    },
  ],
});
mutation({
  title: 'Loki keeps replaced versions for ever',
  criterion: storage,
  reason:
    /loki-chunks frees versions that are not current: expected within 30 days, received after Infinity days/,
  edits: [
    {
      file: 'loki/app/bucket/lifecycle.json',
      from: '"Status": "Enabled",\n        "Filter": { "Prefix": "" },\n        "NoncurrentVersionExpiration"',
      to: '"Status": "Disabled",\n        "Filter": { "Prefix": "" },\n        "NoncurrentVersionExpiration"',
    },
  ],
});
