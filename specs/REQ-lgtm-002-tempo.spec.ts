import {
  inWords,
  isExact,
  proveExpiry,
  proveNoncurrentExpiry,
  quantiles,
  shapeOf,
  takeOrders,
  test,
  thresholds,
  untilReady,
  wholeBucketExpiry,
  writeServices,
} from '../fixtures/test.ts';

const bucket = 'tempo-traces';

test(
  'AC-lgtm-002-01 deploying Tempo makes the bucket tempo-traces, which expires as a whole after 30 days',
  { tag: '@AC-lgtm-002-01' },
  async ({ criterion, objectStore, emptyObjectStore, observe }) => {
    const { expiresAfter } = thresholds('AC-lgtm-002-01');
    criterion.measure(
      {
        name: `expiry of the deployed ${bucket}`,
        value: wholeBucketExpiry((await objectStore.properties(bucket)).lifecycle),
        samples: 1,
      },
      expiresAfter,
    );

    const fresh = await emptyObjectStore('tempo');
    const seen = observe(fresh.access);
    criterion.require('buckets before the bucket step', '', (await seen.buckets()).join());
    for (const run of ['the bucket step', 'the bucket step run again']) {
      await fresh.runBucketStep();
      criterion.require(`buckets after ${run}`, bucket, (await seen.buckets()).join());
      const { lifecycle } = await seen.properties(bucket);
      criterion.measure(
        { name: `expiry of ${bucket} after ${run}`, value: wholeBucketExpiry(lifecycle), samples: 1 },
        expiresAfter,
      );
    }
  },
);

test(
  'AC-lgtm-002-02 traces are in S3 within 10 minutes of their acknowledgement',
  { tag: '@AC-lgtm-002-02' },
  async ({ criterion, target, traces, shop, blocks, shadow, say }) => {
    const { traceInS3Within, spansLost, services, depth } = thresholds('AC-lgtm-002-02');
    const written = traces('services');
    const persistence = blocks(written.ledger);

    const delays = await target.undisturbed('tempo', () => {
      // Long enough for a block to be cut in the middle of it.
      const writing = Promise.all([
        writeServices(written, 1_200, 180),
        takeOrders(shop(written.ledger), 180),
      ]).then(() => undefined);
      return persistence.untilAllStored(traceInS3Within.limit * 1000, writing, say);
    });
    criterion.measure(
      {
        name: 'acknowledgement → block in S3, slowest span',
        value: delays.at(-1) ?? NaN,
        samples: delays.length,
        details: { ...quantiles(delays), blocks: persistence.blocks },
      },
      traceInS3Within,
    );
    const shapes = [...persistence.traces.values()].map(shapeOf);
    for (const [name, threshold] of [
      ['services', services],
      ['depth', depth],
    ] as const)
      criterion.measure(
        {
          name: `${threshold.of}, least in S3`,
          value: Math.min(...shapes.map((shape) => shape[name])),
          samples: shapes.length,
        },
        threshold,
      );

    // Kept apart from what another criterion times.
    await target.undisturbed('tempo', async () => {
      const fromS3 = await shadow('tempo', 'deployed');
      await untilReady(fromS3);
      const difference = await written.readBack(fromS3.url);
      criterion.evidence('what S3 alone answers', JSON.stringify(difference, null, 2));
      criterion.require(
        'spans as a shadow answers them',
        'exact',
        isExact(difference) ? 'exact' : inWords(difference, 'spans'),
      );
      criterion.measure(
        {
          name: 'spans missing or altered as a shadow answers them',
          value: difference.missing + difference.altered,
          samples: difference.expected,
        },
        spansLost,
      );
    });
  },
);

test(
  'AC-lgtm-002-04 S3 itself deletes traces after 30 days',
  { tag: '@AC-lgtm-002-04' },
  async ({ criterion, tempo, objectStore, observe, emptyObjectStore, aged }) => {
    const { expiresAfter, stillThereAt, goneAt } = thresholds('AC-lgtm-002-04');
    // An S3 without a Tempo: what is deleted there, S3 deletes.
    const fresh = await emptyObjectStore('tempo');
    await fresh.runBucketStep();
    const { lifecycle, versioning } = await observe(fresh.access).properties(bucket);
    const objects = aged(fresh.access, bucket);
    const places = ['', 'single-tenant/', 'single-tenant/3a3a5ff6-1941-4b73-a362-7531c7a6a535/'];
    const seen = await proveExpiry(objects, { kept: stillThereAt.limit, gone: goneAt.limit }, places);
    criterion.measure(
      {
        name: 'age at which S3 says it will delete, whole days',
        value: Math.floor(seen.expiresAtDays),
        samples: seen.kept,
      },
      expiresAfter,
    );
    criterion.measure(
      { name: 'age of objects that S3 kept', value: stillThereAt.limit, samples: seen.kept },
      stillThereAt,
    );
    criterion.measure(
      {
        name: 'age of objects that S3 deleted',
        value: goneAt.limit,
        samples: seen.deleted,
        details: { 'gone after (s)': seen.goneWithinSeconds },
      },
      goneAt,
    );
    if (versioning === 'Enabled')
      for (const { NoncurrentVersionExpiration: rule } of lifecycle)
        if (rule?.NoncurrentDays !== undefined)
          await proveNoncurrentExpiry(objects, rule.NoncurrentDays, places);

    // The same rule is on the bucket that Tempo writes to, and there it comes before Tempo's own retention.
    const live = await objectStore.properties(bucket);
    criterion.require(
      'lifecycle of the live bucket',
      JSON.stringify(lifecycle),
      JSON.stringify(live.lifecycle),
    );
    criterion.require('versioning of the live bucket', `${versioning}`, `${live.versioning}`);
    const days = await tempo.retentionDays();
    criterion.require(
      "Tempo's own retention",
      `longer than ${expiresAfter.limit} days`,
      days > expiresAfter.limit ? `longer than ${expiresAfter.limit} days` : `${days} days`,
    );
    criterion.note({ name: "Tempo's own retention", value: days, samples: 1 }, 'days');
  },
);
