import { mutation } from './mutation.ts';

mutation({
  title: 'object lock is on',
  criterion: 'AC-lgtm-003-01',
  reason: /object lock of the deployed mimir-blocks: expected disabled, received enabled/,
  edits: [
    { file: 'mimir/app/bucket/bucket.json', from: 'false', to: 'true' },
    // S3 asks for both when a bucket with object lock is made.
    {
      file: 'mimir/app/bucket/policy.json',
      from: '"s3:CreateBucket",',
      to: '"s3:CreateBucket", "s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning",',
    },
  ],
});
