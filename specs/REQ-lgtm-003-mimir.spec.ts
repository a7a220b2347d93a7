import { inWords, isExact, quantiles, test, thresholds } from '../fixtures/test.ts';

const bucket = 'mimir-blocks';

test(
  'AC-lgtm-003-01 deploying Mimir makes the bucket mimir-blocks, without object lock',
  { tag: '@AC-lgtm-003-01' },
  async ({ criterion, objectStore, emptyObjectStore, observe }) => {
    const lockOf = (objectLock: boolean): string => (objectLock ? 'enabled' : 'disabled');
    criterion.require(
      `object lock of the deployed ${bucket}`,
      'disabled',
      lockOf((await objectStore.properties(bucket)).objectLock),
    );

    const fresh = await emptyObjectStore('mimir');
    const seen = observe(fresh.access);
    criterion.require('buckets before the bucket step', '', (await seen.buckets()).join());
    for (const run of ['the bucket step', 'the bucket step run again']) {
      await fresh.runBucketStep();
      criterion.require(`buckets after ${run}`, bucket, (await seen.buckets()).join());
      const { objectLock } = await seen.properties(bucket);
      criterion.require(`object lock of ${bucket} after ${run}`, 'disabled', lockOf(objectLock));
    }
  },
);

test(
  'AC-lgtm-003-02 what Prometheus scrapes is in Mimir within 1 minute',
  { tag: '@AC-lgtm-003-02' },
  async ({ criterion, target, mimir, metrics, scraped, say }) => {
    const { storedWithin, samplesLost, series } = thresholds('AC-lgtm-003-02');
    await target.undisturbed('mimir', async () => {
      const { scrapeTarget, arrival } = await scraped('scraped', series.limit);
      await arrival.until(8, storedWithin.limit * 1000, say);
      scrapeTarget.dropLast();
      const dropped = scrapeTarget.scrapes + 1;

      // Past Prometheus, with timestamps of our own: exact in every sample.
      const written = metrics('written', series.limit);
      const now = Date.now();
      for (let sequence = 0; sequence < 6; sequence++)
        await written.write(sequence, now - (5 - sequence) * 1000);
      const difference = await written.readBack(target.workload('mimir').url);
      criterion.evidence('samples as Mimir answers them', inWords(difference, 'samples'));

      const delays = [...arrival.delays.values()];
      criterion.measure(
        {
          name: 'scrape → first exact answer of all series, slowest scrape',
          value: Math.max(...delays),
          samples: delays.length * series.limit,
          details: quantiles(delays),
        },
        storedWithin,
      );
      criterion.measure({ name: 'series scraped', value: series.limit, samples: 1 }, series);
      criterion.require(
        'samples written past Prometheus, as Mimir answers them',
        'exact',
        isExact(difference) ? 'exact' : inWords(difference, 'samples'),
      );
      criterion.measure(
        {
          name: 'samples missing or altered',
          value: difference.missing + difference.altered + difference.repeated + difference.unexpected,
          samples: difference.expected,
        },
        samplesLost,
      );

      // A series that is no longer exposed ends with that scrape, not after a look-back of 5 minutes.
      criterion.require(
        'the two highest series at the scrape that leaves out the highest',
        String(series.limit - 2),
        await arrival.highestAt(dropped, 2 * storedWithin.limit * 1000),
      );
      criterion.require('scrapes without their exemplar', '', (await arrival.withoutExemplar()).join());

      const histogram = {
        timestamp: now,
        schema: 3,
        count: 60,
        sum: 123.5,
        offset: 5,
        buckets: [10, 30, 20],
      };
      const labels = { ...written.ledger.source.labels(0), __name__: 'lgtm_acceptance_seconds' };
      const outcome = await mimir.write([{ labels, histograms: [histogram] }]);
      criterion.require('a native histogram', 'acknowledged', outcome.kind);
      criterion.require(
        'the native histogram as Mimir answers it',
        JSON.stringify({ count: histogram.count, sum: histogram.sum, buckets: histogram.buckets }),
        JSON.stringify(
          await mimir.histogram(`lgtm_acceptance_seconds{${written.ledger.source.matchers}}`, now),
        ),
      );
    });
  },
);
