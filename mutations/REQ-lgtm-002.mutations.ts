import { alteringTempo, forgetfulTempo, repeatingS3, slowGrafana } from './liars.ts';
import { mutation } from './mutation.ts';

const config = 'tempo/app/config/tempo.yaml';
const lifecycle = 'tempo/app/bucket/lifecycle.json';

// The longest first: they wait for the ten minutes to pass.
mutation({
  title: 'blocks are cut every 30 minutes',
  criterion: 'AC-lgtm-002-02',
  reason: /is not in S3 60\d s later/,
  edits: [{ file: config, from: 'max_block_duration: 4m', to: 'max_block_duration: 30m' }],
});
mutation({
  title: 'spans stay in memory for a minute',
  criterion: 'AC-lgtm-002-03',
  reason: /age of the oldest span lost by SIGKILL: expected at most 10 s, measured [1-9]\d/,
  // By a longer trace_idle_period Tempo 2.8 would not be moved. The kill comes half a minute after the check that cut
  // the block the spec waits for, so between two checks.
  edits: [{ file: config, from: 'flush_check_period: 2s', to: 'flush_check_period: 1m' }],
});
mutation({
  title: 'S3 gets the upload of a block a second time',
  criterion: 'AC-lgtm-002-03',
  reason: /blocks written again: expected exactly 0 blocks, measured [1-9].*bloom-0 was written again/,
  interposers: repeatingS3(/^\/tempo-traces\/single-tenant\/[^/]+\/bloom-0$/),
});
mutation({
  title: 'an attribute of one span in 500 is changed',
  criterion: 'AC-lgtm-002-02',
  reason: /S3 holds other spans than were acknowledged: .* altered .*stringValue/,
  interposers: alteringTempo(500),
});
mutation({
  title: 'Tempo acknowledges and forgets one span in 1,000',
  criterion: 'AC-lgtm-002-02',
  reason: /acknowledged spans that Tempo does not answer at once: expected 0, received [1-9]/,
  interposers: forgetfulTempo(1_000),
});
mutation({
  title: 'Grafana takes 5.5 s for one query in ten',
  criterion: 'AC-lgtm-002-05',
  reason: /slowest answer: expected at most 5 s, measured [5-9]/,
  interposers: slowGrafana(5_500, 10),
});

const rules = [
  { title: 'the rule is disabled', from: '"Enabled"', to: '"Disabled"' },
  { title: 'the rule is for 31 days', from: '"Days": 30', to: '"Days": 31' },
  { title: 'the rule is for another prefix', from: '"Prefix": ""', to: '"Prefix": "other/"' },
];
for (const { title, ...edit } of rules) {
  mutation({
    title,
    criterion: 'AC-lgtm-002-04',
    reason: /objects 31 days old deleted by S3: not within 120 s; last seen: still there/,
    edits: [{ file: lifecycle, ...edit }],
  });
  mutation({
    title,
    criterion: 'AC-lgtm-002-01',
    reason:
      /(the whole of the deployed tempo-traces: expected Enabled, received none|expiry of the deployed tempo-traces: expected exactly 30 days, measured 31 days)/,
    edits: [{ file: lifecycle, ...edit }],
  });
}
mutation({
  title: 'Tempo itself deletes before S3 does',
  criterion: 'AC-lgtm-002-04',
  reason: /Tempo's own retention: expected longer than 30 days, received 20 days/,
  edits: [{ file: config, from: 'block_retention: 768h', to: 'block_retention: 480h' }],
});
