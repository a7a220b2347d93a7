import {
  askOverRanges,
  inWords,
  localBlocks,
  MetricHistory,
  metricQueries,
  poll,
  quantiles,
  QueryTimes,
  roomFor,
  SampleWriter,
  seedMetrics,
  test,
  thresholds,
  untilAnswered,
  untilReady,
} from '../fixtures/test.ts';

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
      criterion.requireExact('samples written past Prometheus, as Mimir answers them', difference, 'samples');
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
        await arrival.highestAt(dropped, storedWithin.limit * 1000),
      );
      criterion.require(
        'scrapes without their exemplar',
        '',
        (await arrival.withoutExemplar(storedWithin.limit * 1000)).join(),
      );

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

test(
  'AC-lgtm-003-03 compacted blocks are in S3, and the copies on the disk are gone',
  { tag: '@AC-lgtm-003-03' },
  async ({ criterion, target, metrics, metricBlocks, backfill, say }, testInfo) => {
    const { compactionLevel, sourceBlocks, samplesLost, localCopies } = thresholds('AC-lgtm-003-03');
    const minute = 60_000;
    const { url } = target.workload('mimir');

    // Two levels: Mimir merges the blocks of a range of 2 h, and the results of a range of 12 h once that has long
    // passed. So they are written on a day of their own, past the days that another criterion asks about.
    const day = Math.floor(Date.now() / (24 * 60 * minute)) - 10 - (testInfo.repeatEachIndex % 18);
    const start = day * 24 * 60 * minute;
    const end = start + 240 * minute;
    // Both take the blocks from S3, so nobody may cut Mimir off from it meanwhile.
    await target.undisturbed('mimir', async () => {
      const writer = await backfill('mimir', 2);
      await untilReady(writer);
      const written = metrics('compacted', 50, writer.url);
      const parts = [40, 80, 120, 180, 240];
      let at = 0;
      for (const part of parts) {
        for (; at < part; at++) await written.write(at, start + at * minute);
        await written.flush();
      }
      const sources = (await metricBlocks.between(start, end)).filter(({ level }) => level === 1);
      const whole = await metricBlocks.untilCompacted(sources, start, end, 240_000, say);

      const details = { samples: whole.samples, series: 50, ranges: '2 h, then 12 h' };
      criterion.measure(
        { name: 'compaction level in S3', value: whole.level, samples: sources.length, details },
        compactionLevel,
      );
      criterion.measure(
        { name: 'blocks compacted into one', value: sources.length, samples: 1 },
        sourceBlocks,
      );
      criterion.require(
        'samples of the compacted block, and of its sources',
        `${written.ledger.samples}, ${written.ledger.samples}`,
        `${whole.samples}, ${sources.reduce((sum, { samples }) => sum + samples, 0)}`,
      );
      // The running Mimir has never had them on its disk: S3 is all it can answer from.
      const difference = await poll(
        async () => {
          const seen = await written.readBack(url);
          return seen.missing === 0
            ? { done: true, value: seen }
            : { done: false, seen: inWords(seen, 'samples') };
        },
        { what: 'the compacted block answered', deadlineMs: 60_000, everyMs: 1_000 },
      );

      // The newest block stays on an ingester's disk until there is a newer one (Prometheus, tsdb/db.go,
      // BeyondTimeRetention), and its database looks for old ones every minute.
      const newest = sources.reduce((latest, block) => (block.maxTime > latest.maxTime ? block : latest));
      const made = new Set([...sources, whole].map(({ ulid }) => ulid));
      const looked = Date.now();
      const left = await poll(
        async () => {
          const ingester = localBlocks(await writer.volume(), 'tsdb').filter((ulid) => ulid !== newest.ulid);
          const compactor = localBlocks(await target.volume('mimir'), 'compactor').filter((ulid) =>
            made.has(ulid),
          );
          const there = [...ingester, ...compactor];
          const settled = there.length === 0 || Date.now() - looked > 180_000;
          return settled
            ? { done: true, value: there }
            : { done: false, seen: `${there.length} local copies` };
        },
        { what: 'the local copies gone', deadlineMs: 240_000, everyMs: 1_000, onLook: say },
      );
      criterion.measure(
        {
          name: 'local copies left by ingester and compactor',
          value: left.length,
          samples: made.size,
        },
        localCopies,
      );
      criterion.measure(
        {
          name: 'samples missing or altered afterwards',
          value: difference.missing + difference.altered + difference.repeated + difference.unexpected,
          samples: difference.expected,
        },
        samplesLost,
      );
    });
  },
);

test(
  'AC-lgtm-003-04 metrics are kept while S3 is away, for 2 hours and more',
  { tag: '@AC-lgtm-003-04' },
  async ({ criterion, target, mimir, metrics, shadow, outageSeconds, say }) => {
    const { bufferedFor, samplesLost, requestsRejected } = thresholds('AC-lgtm-003-04');
    const { rate } = thresholds('NFR-lgtm-d4f8c2a1-PERF-002');
    const workload = target.workload('mimir');
    const written = metrics('outage', 2_000);

    await target.disrupting('mimir', async () => {
      await mimir.flush();
      const before = await target.volume('mimir');
      const memoryBefore = await mimir.metric('process_resident_memory_bytes');
      const started = Date.now();
      const first = new SampleWriter(written);
      await target.withoutObjectStore('mimir', async () => {
        const writeUntil = async (writer: SampleWriter, share: number): Promise<void> => {
          await Promise.race([writer.finished, untilTime(started + share * outageSeconds * 1000)]);
          await writer.stop();
        };
        await writeUntil(first, 0.4);
        criterion.requireExact(
          'samples as Mimir answers them without S3',
          await written.readBack(workload.url),
          'samples',
        );
        const during = await target.volume('mimir');
        criterion.measure(
          {
            name: `room without S3 at ${rate.limit} MB/s`,
            value: roomFor(before, during, written.bytes, rate.limit * 1e6),
            samples: written.requests,
            details: {
              'bytes written': written.bytes,
              'bytes on the disk for them': during.usedBytes - before.usedBytes,
              'size of the volume (bytes)': during.capacityBytes,
              'memory before (bytes)': memoryBefore,
              'memory without S3 (bytes)': await mimir.metric('process_resident_memory_bytes'),
            },
          },
          bufferedFor,
        );

        // Blocks are cut as they would be after two hours, and cannot be shipped.
        await mimir.flush();
        criterion.requireExact(
          'samples as Mimir answers them from blocks that are not in S3',
          await written.readBack(workload.url),
          'samples',
        );
        const second = new SampleWriter(written);
        await writeUntil(second, 0.8);
        criterion.requireExact(
          'samples as Mimir answers them at the end',
          await written.readBack(workload.url),
          'samples',
        );
        criterion.measure(
          {
            name: 'writes rejected without S3',
            value: first.refused + second.refused,
            samples: written.requests,
            details: { 'sent again': first.resent + second.resent },
          },
          requestsRejected,
        );

        // Mimir asks S3 when it starts, so it comes back with S3: what it had acknowledged must still be there then.
        const tries = async (): Promise<number> =>
          (await workload.logs()).split('connect to configured object storage').length;
        const triesBefore = await tries();
        await workload.crash();
        await poll(
          async () =>
            (await tries()) > triesBefore
              ? { done: true, value: undefined }
              : { done: false, seen: 'it has not asked S3 yet' },
          { what: 'Mimir starting without S3', deadlineMs: 120_000, everyMs: 500 },
        );
        await untilTime(started + outageSeconds * 1000);
        say(`S3 was away for ${Math.round((Date.now() - started) / 1000)} s`);
      });
      const away = (Date.now() - started) / 1000;
      await poll(
        async () => {
          const { ready, state, reason } = await workload.state();
          return ready ? { done: true, value: undefined } : { done: false, seen: reason ?? state };
        },
        { what: 'Mimir ready with S3 back', deadlineMs: 300_000, onLook: say },
      );
      const back = (Date.now() - started) / 1000 - away;
      const recovered = await written.readBackOnceAnswered(workload.url);
      criterion.requireExact('samples as Mimir answers them after a crash without S3', recovered, 'samples');

      await mimir.flush();
      const flushed = Date.now();
      const fromS3 = await shadow('mimir', 'deployed');
      await untilReady(fromS3);
      const expected = await poll(
        async () => {
          const looked = Date.now();
          const seen = await written.readBackOnceAnswered(fromS3.url);
          const settled = seen.missing === 0 || looked - flushed > 120_000;
          return settled ? { done: true, value: seen } : { done: false, seen: inWords(seen, 'samples') };
        },
        // To read back a long outage takes a while of its own.
        {
          what: 'all samples in S3',
          deadlineMs: 180_000 + outageSeconds * 1000,
          everyMs: 1_000,
          onLook: say,
        },
      );
      criterion.measure(
        {
          name: 'samples missing or altered in S3 afterwards',
          value: expected.missing + expected.altered + expected.repeated + expected.unexpected,
          samples: expected.expected,
          details: { 'S3 away (s)': away, 'S3 back → Mimir ready (s)': back },
        },
        samplesLost,
      );
    });

    function untilTime(at: number): Promise<void> {
      return poll(
        () => {
          const left = Math.ceil((at - Date.now()) / 1000);
          return left <= 0
            ? { done: true, value: undefined }
            : { done: false, seen: `S3 is away; ${left} s until the next look at Mimir` };
        },
        { what: 'the outage', deadlineMs: outageSeconds * 1000 + 60_000, onLook: say },
      );
    }
  },
);

test(
  'AC-lgtm-003-05 metric queries over up to 7 days answer through Grafana within 3 seconds',
  { tag: '@AC-lgtm-003-05' },
  async ({ criterion, target, grafana, mimir, backfill, say }) => {
    const { answerWithin, range, series, sampleInterval, samplesPerQuery } = thresholds('AC-lgtm-003-05');
    const now = Date.now();
    // An hour more than is asked about for what range functions look back, and two for ranges that end earlier.
    const seconds = range.limit + 3 * 3600;
    const history = new MetricHistory(`${target.run.id}-${now}`, MetricHistory.endBefore(now), seconds);
    const writer = await backfill('mimir', 24);
    await untilReady(writer);
    await target.loading(() => seedMetrics(writer.url, history, say));
    await target.undisturbed('mimir', () => untilAnswered(mimir, history, 180_000, say));

    const times = new QueryTimes();
    await target.disrupting('mimir', async () => {
      // What was just counted is still in Mimir's caches; after a restart they are empty.
      await target.workload('mimir').restart();
      await criterion.timed(target, () =>
        askOverRanges(
          criterion,
          times,
          { ranges: [range.limit / 3600, 24, 1], samples: samplesPerQuery.limit },
          (hours, window) => metricQueries(history, hours, window),
          (query) => grafana.queryMetrics({ uid: 'mimir', ...query }),
          say,
        ),
      );
    });

    times.judge(criterion, answerWithin, samplesPerQuery);
    criterion.measure(
      { name: 'series seeded', value: history.series, samples: history.samplesPerSeries },
      series,
    );
    criterion.measure(
      {
        name: 'interval of the seeded samples',
        value: (history.timestamp(1) - history.timestamp(0)) / 1000,
        samples: history.series * history.samplesPerSeries,
      },
      sampleInterval,
    );
  },
);
