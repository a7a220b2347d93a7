import { forgetfulMimir, slowMimir } from './liars.ts';
import { mutation } from './mutation.ts';

const remoteWrite = 'kube-prometheus-stack/remote-write.yaml';

mutation({
  title: 'Mimir takes every write 70 s late',
  criterion: 'AC-lgtm-003-02',
  reason: /series of the scrape at .* are not in Mimir 6\d s later/,
  interposers: slowMimir(70_000),
});
mutation({
  title: 'Prometheus drops one series of 10,000',
  criterion: 'AC-lgtm-003-02',
  reason: /^1 of 10000 series of the scrape at .* are not in Mimir 6\d s later/,
  edits: [
    {
      file: remoteWrite,
      from: '            sendExemplars: true',
      to: [
        '            writeRelabelConfigs:',
        '              - { sourceLabels: [number], regex: "4711", action: drop }',
        '            sendExemplars: true',
      ].join('\n'),
    },
  ],
});
mutation({
  title: 'Prometheus sends no exemplars',
  criterion: 'AC-lgtm-003-02',
  reason: /scrapes without their exemplar: expected , received \d/,
  edits: [{ file: remoteWrite, from: 'sendExemplars: true', to: 'sendExemplars: false' }],
});
mutation({
  title: 'Mimir acknowledges one request in three and forgets it',
  criterion: 'AC-lgtm-003-02',
  // Whichever looks first: the scrapes, or what was written past Prometheus.
  reason: /series of the scrape at .* are not in Mimir 6\d s later|expected exact, received .* missing/,
  interposers: forgetfulMimir(3),
});
mutation({
  title: 'object lock is on',
  criterion: 'AC-lgtm-003-01',
  reason: /object lock of the deployed mimir-blocks: expected disabled, received enabled/,
  edits: [{ file: 'mimir/app/bucket/bucket.json', from: 'false', to: 'true' }],
});
