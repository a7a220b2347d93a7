import {
  buckets,
  componentsOf,
  proveExpiry,
  proveNoncurrentExpiry,
  test,
  thresholds,
} from '../fixtures/test.ts';

const id = 'NFR-lgtm-d4f8c2a1-SCALE-001';

test(
  `${id} S3's own lifecycle deletes what is too old, in every bucket`,
  { tag: '@NFR-lgtm-d4f8c2a1-SCALE-001' },
  async ({ criterion, objectStore, emptyObjectStore, observe, agedObjects, say }) => {
    const { expiresAfter, stillThereAt, goneAt } = thresholds(id);
    const ages = { kept: stillThereAt.limit, gone: goneAt.limit };

    const proofs = componentsOf(id).map(async (component) => {
      const bucket = buckets[component];
      const deployed = await objectStore.properties(bucket);
      // On an S3 of its own, where no component takes the aged objects for its data, nor deletes them itself.
      const fresh = await emptyObjectStore(component);
      await fresh.runBucketStep();
      criterion.require(
        `properties of the deployed ${bucket}`,
        JSON.stringify(await observe(fresh.access).properties(bucket)),
        JSON.stringify(deployed),
      );
      const objects = agedObjects(fresh.access, bucket);
      // All over the bucket: a rule for some of its folders bounds nothing.
      const places = ['', 'tenant/', 'index/loki_1/', 'tenant/block/chunks/'];
      const current = await proveExpiry(objects, ages, places);
      say(`${bucket} expires its objects`);
      if (deployed.versioning === null) return { bucket, current, replaced: null };

      // A versioned bucket frees nothing while versions that were replaced or deleted stay for ever.
      const rules = deployed.lifecycle.filter(({ Status }) => Status === 'Enabled');
      const days = Math.min(
        ...rules.map(({ NoncurrentVersionExpiration: rule }) => rule?.NoncurrentDays ?? Infinity),
      );
      criterion.require(
        `${bucket} frees versions that are not current`,
        `within ${expiresAfter.limit} days`,
        days <= expiresAfter.limit ? `within ${expiresAfter.limit} days` : `after ${days} days`,
      );
      const seen = await proveNoncurrentExpiry(objects, days, places);
      say(`${bucket} expires versions that are not current`);
      return { bucket, current, replaced: { ...seen, days } };
    });

    for (const { bucket, current, replaced } of await Promise.all(proofs)) {
      criterion.measure(
        {
          name: `age at which S3 deletes from ${bucket}`,
          // S3 counts whole days and deletes at the midnight after.
          value: Math.floor(current.expiresAtDays),
          samples: current.kept,
          details: {
            'gone after (s)': current.goneWithinSeconds,
            'replaced versions live for (days)': replaced?.days ?? 'not versioned',
            'replaced versions gone after (s)': replaced?.goneWithinSeconds ?? 'not versioned',
          },
        },
        expiresAfter,
      );
      criterion.measure(
        { name: `age of what ${bucket} kept`, value: ages.kept, samples: current.kept },
        stillThereAt,
      );
      criterion.measure(
        { name: `age of what ${bucket} deleted`, value: ages.gone, samples: current.deleted },
        goneAt,
      );
    }
  },
);
