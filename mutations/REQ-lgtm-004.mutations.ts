import { newCredentials } from '../fixtures/stack/minio-admin.ts';
import { mutation } from './mutation.ts';

const release = 'loki/app/helmrelease.yaml';
const secret = 'loki/app/secret.sops.yaml';
// Made anew for each run: what looks like a credential may not be in the repository.
const { accessKeyId: digits, secretAccessKey } = newCredentials();
// Of hexadecimal digits alone YAML now and then makes a number.
const accessKeyId = `k${digits}`;
const reference = (key: string): string => `              ${key}:
                valueFrom:
                  secretKeyRef:
                    name: loki-s3-secret
                    key: ${key}
`;
/** Of the container that runs Loki: the bucket step's variables come before it. */
const ofLoki = "AWS_EC2_METADATA_DISABLED: 'true'\n              AWS_ACCESS_KEY_ID:\n";

mutation({
  title: 'a Secret has one key in clear',
  criterion: 'AC-lgtm-004-01',
  reason: /values in clear, secrets of the manifests: .* measured 1 values .*AWS_ACCESS_KEY_ID of loki/,
  edits: [{ file: secret, from: /(AWS_ACCESS_KEY_ID: ).*/, to: `$1${accessKeyId}` }],
});
mutation({
  title: 'a Secret has another name',
  criterion: 'AC-lgtm-004-01',
  reason: /names of secrets of the manifests: expected .*loki-s3-secret.*, received .*loki-credentials/,
  edits: [{ file: secret, from: 'name: loki-s3-secret', to: 'name: loki-credentials' }],
});
mutation({
  title: 'a Secret is not encrypted at all',
  criterion: 'AC-lgtm-004-01',
  reason: /values in clear, secrets of the manifests: .* measured 2 values/,
  edits: [
    { file: secret, from: /(AWS_ACCESS_KEY_ID: ).*/, to: `$1${accessKeyId}` },
    { file: secret, from: /(AWS_SECRET_ACCESS_KEY: ).*/, to: `$1${secretAccessKey}` },
    { file: secret, from: /^sops:[\s\S]*/m, to: '' },
  ],
});
mutation({
  title: 'a Secret lacks its MAC',
  criterion: 'AC-lgtm-004-01',
  reason: /faults of the encryption, .*loki\/app\/secret\.sops\.yaml: its MAC is not an encrypted value/,
  edits: [{ file: secret, from: /^ +mac: .*\n/m, to: '' }],
});
mutation({
  title: 'credentials are inlined in the values',
  criterion: 'AC-lgtm-004-02',
  reason: /credentials written inline: .*HelmRelease monitoring\/loki: .*AWS_SECRET_ACCESS_KEY/,
  edits: [
    {
      file: release,
      from: reference('AWS_SECRET_ACCESS_KEY'),
      to: `              AWS_SECRET_ACCESS_KEY: ${secretAccessKey}\n`,
    },
  ],
});
mutation({
  title: 'a short password is in the configuration file',
  criterion: 'AC-lgtm-004-02',
  reason:
    /credentials written inline: .*ConfigMap monitoring\/loki-config: .*secret_access_key is written there/,
  edits: [
    {
      file: 'loki/app/config/loki.yaml',
      from: '    s3forcepathstyle: true\n',
      to: '    s3forcepathstyle: true\n    access_key_id: minio\n    secret_access_key: minio123\n',
    },
  ],
});
mutation({
  title: 'a credential is an argument',
  criterion: 'AC-lgtm-004-02',
  reason: /credentials written inline: .*gives -s3\.secret-access-key a value/,
  edits: [
    {
      file: release,
      from: '- -config.file=/etc/loki/config.yaml\n',
      to: '- -config.file=/etc/loki/config.yaml\n              - -s3.secret-access-key=minio123\n',
    },
  ],
});
mutation({
  title: "Loki is given another component's secret",
  criterion: 'AC-lgtm-004-02',
  reason: /secrets that loki takes credentials from: expected loki-s3-secret, received .*mimir-s3-secret/,
  edits: [
    {
      file: release,
      from: `${ofLoki}                valueFrom:\n                  secretKeyRef:\n                    name: loki-s3-secret`,
      to: `${ofLoki}                valueFrom:\n                  secretKeyRef:\n                    name: mimir-s3-secret`,
    },
  ],
});
