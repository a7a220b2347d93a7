import { clearS3, forgetfulAdministrator, s3Named } from './liars.ts';
import { mutation } from './mutation.ts';

mutation({
  title: 'S3 still accepts the old key',
  criterion: 'AC-lgtm-004-03',
  reason: /with its old key: expected refused, received accepted/,
  interposers: forgetfulAdministrator(),
});
mutation({
  title: "Loki's key opens every bucket",
  criterion: 'AC-lgtm-004-03',
  reason:
    /keys that do more or less than their own bucket: .*loki may (list|read|write|delete) in tempo-traces/,
  edits: [
    {
      file: 'loki/app/bucket/policy.json',
      from: '"Resource": ["arn:aws:s3:::loki-chunks"]',
      to: '"Resource": ["arn:aws:s3:::*"]',
    },
    {
      file: 'loki/app/bucket/policy.json',
      from: '"Resource": ["arn:aws:s3:::loki-chunks/*"]',
      to: '"Resource": ["arn:aws:s3:::*"]',
    },
  ],
});
mutation({
  title: 'Loki speaks HTTP with S3',
  criterion: 'AC-lgtm-004-04',
  reason: /S3's address in loki, .*: expected https:\/\/s3\.68cc\.io, received http:\/\/s3\.68cc\.io/,
  edits: [
    {
      file: 'loki/app/config/loki.yaml',
      from: 'endpoint: https://s3.68cc.io',
      to: 'endpoint: http://s3.68cc.io',
    },
  ],
  interposers: clearS3(),
});
mutation({
  title: 'Tempo uses another host for S3',
  criterion: 'AC-lgtm-004-04',
  reason: /S3's address in tempo, .*: expected https:\/\/s3\.68cc\.io, received https:\/\/s3\.example\.org/,
  edits: [
    { file: 'tempo/app/config/tempo.yaml', from: 'endpoint: s3.68cc.io', to: 'endpoint: s3.example.org' },
  ],
  interposers: s3Named('s3.example.org'),
});
mutation({
  title: "Mimir does not verify S3's certificate",
  criterion: 'AC-lgtm-004-04',
  reason: /verification of S3's certificate in mimir, .*: expected on, received switched off/,
  edits: [
    {
      file: 'mimir/app/config/mimir.yaml',
      from: '      endpoint: s3.68cc.io\n',
      to: '      endpoint: s3.68cc.io\n      http:\n        insecure_skip_verify: true\n',
    },
  ],
});
