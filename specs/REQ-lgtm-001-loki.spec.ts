import {
  askOverRanges,
  historyQueries,
  inWords,
  LogHistory,
  maxLines,
  quantiles,
  QueryTimes,
  seedHistory,
  SteadyWriter,
  test,
  thresholds,
  untilCrashLooping,
  untilReady,
  whileUnanswered,
  writeHousehold,
} from '../fixtures/test.ts';

const bucket = 'loki-chunks';

test(
  'AC-lgtm-001-01 deploying Loki makes the bucket loki-chunks, with versioning',
  { tag: '@AC-lgtm-001-01' },
  async ({ criterion, objectStore, emptyObjectStore, observe }) => {
    const deployed = (await objectStore.buckets()).includes(bucket);
    criterion.require(`the deployed ${bucket}`, 'there', deployed ? 'there' : 'missing');
    criterion.require(
      `versioning of the deployed ${bucket}`,
      'Enabled',
      (await objectStore.properties(bucket)).versioning ?? 'never set',
    );

    const fresh = await emptyObjectStore('loki');
    const seen = observe(fresh.access);
    criterion.require('buckets before the bucket step', '', (await seen.buckets()).join());
    for (const run of ['the bucket step', 'the bucket step run again']) {
      await fresh.runBucketStep();
      criterion.require(`buckets after ${run}`, bucket, (await seen.buckets()).join());
      const { versioning } = await seen.properties(bucket);
      criterion.require(`versioning of ${bucket} after ${run}`, 'Enabled', versioning ?? 'never set');
    }
  },
);

test(
  'AC-lgtm-001-02 log lines are in S3 within 5 minutes of their acknowledgement',
  { tag: '@AC-lgtm-001-02' },
  async ({ criterion, target, logs, chunks, shadow, say }) => {
    const { chunkInS3Within, lines, streams } = thresholds('AC-lgtm-001-02');
    // One dropped upload in 200 must not slip through, so there are more streams than that.
    const written = logs('household', Math.max(240, streams.limit));
    const persistence = chunks(written.ledger);
    const loki = target.workload('loki');

    const delays = await target.undisturbed('loki', async () => {
      // Writing lasts as long as the limit: a stream that never rests must not keep its lines to itself.
      const writing = writeHousehold(written, lines.limit, chunkInS3Within.limit).then(async () => {
        const early = await written.readBack(loki.url);
        criterion.requireExact('lines as Loki answers them at once', early, 'lines');
      });
      return persistence.untilAllStored(chunkInS3Within.limit * 1000, writing, say);
    });
    criterion.measure(
      {
        name: 'acknowledgement → chunk in S3, slowest line',
        value: delays.at(-1) ?? NaN,
        samples: delays.length,
        details: { ...quantiles(delays), chunks: persistence.chunks },
      },
      chunkInS3Within,
    );
    criterion.measure({ name: 'lines written', value: written.ledger.lines, samples: 1 }, lines);
    criterion.measure(
      { name: 'streams written to', value: written.ledger.byStream().size, samples: 1 },
      streams,
    );

    // Loki ships its index only every 15 minutes or when it stops; with it, S3 alone must answer everything.
    await target.disrupting('loki', () => loki.restart());
    // Kept apart from what another criterion times.
    await target.undisturbed('loki', () =>
      target.loading(async () => {
        const fromS3 = await shadow('loki', 'deployed');
        await untilReady(fromS3);
        const differences = await written.aggregateDifferences(fromS3.url);
        criterion.require('counts and sums per stream from S3 alone', '', differences.slice(0, 5).join('; '));
        const difference = await written.readBack(fromS3.url);
        criterion.evidence('what S3 alone answers', JSON.stringify(difference, null, 2));
        criterion.requireExact('lines as a shadow answers them', difference, 'lines');
      }),
    );
  },
);

test(
  'AC-lgtm-001-03 no log line is lost when Loki restarts',
  { tag: '@AC-lgtm-001-03' },
  async ({ criterion, target, logs, chunks, say }) => {
    const { linesLost, linesRepeated, writeRate } = thresholds('AC-lgtm-001-03');
    const { chunkInS3Within } = thresholds('AC-lgtm-001-02');
    const workload = target.workload('loki');

    // What is due in S3 before anything is disrupted.
    const due = logs('due', 20);
    await target.undisturbed('loki', () =>
      chunks(due.ledger).untilAllStored(chunkInS3Within.limit * 1000, writeHousehold(due, 20_000, 5), say),
    );
    const dueAnswered = async (): Promise<boolean> => {
      const differences = await due.aggregateDifferences(workload.url).catch(() => ['no answer']);
      return differences.length === 0;
    };

    const losesDisk = target.can('lose-disk');
    const ways = [
      { way: 'SIGKILL', disrupt: () => workload.kill(), keepsDisk: true },
      { way: 'restart', disrupt: () => workload.restart(), keepsDisk: true },
      ...(losesDisk === true
        ? [{ way: 'disk lost', disrupt: () => workload.killAndLoseDisk(), keepsDisk: false }]
        : []),
    ];
    const recoveries: Record<string, number> = {};
    let lost = 0;
    let repeated = 0;
    let outOfOrder = 0;
    let lines = 0;
    let slowest = Infinity;
    await target.disrupting('loki', () =>
      target.loading(async () => {
        for (const { way, disrupt, keepsDisk } of ways) {
          say(`${way} while writing`);
          const written = logs(way.replace(' ', '-'), 20);
          const writer = new SteadyWriter(written, 1.5e6 * writeRate.limit);
          await writer.untilBytes(10e6 * writeRate.limit);
          slowest = Math.min(slowest, writer.rate);
          recoveries[way] = await whileUnanswered(disrupt, dueAnswered, 60_000);
          const back = Date.now();
          await writer.untilBytes(writer.bytes + 1e6 * writeRate.limit);
          await writer.stop();

          // With the disk gone, what was not due in S3 yet may be gone too; the rest must be there, all of it once.
          const differences = [
            await due.readBack(workload.url),
            await written.readBack(workload.url, keepsDisk ? undefined : ({ at }) => at >= back),
          ];
          for (const difference of differences) {
            lost += difference.missing + difference.altered + difference.unexpected;
            repeated += difference.repeated;
            outOfOrder += difference.outOfOrder;
            lines += difference.expected;
            criterion.evidence(`lines after ${way}`, inWords(difference));
          }
        }
      }),
    );
    const details = {
      ...Object.fromEntries(
        Object.entries(recoveries).map(([way, seconds]) => [`answering again after ${way} (s)`, seconds]),
      ),
      ...(losesDisk === true ? {} : { 'disk lost': `not judged: ${losesDisk}` }),
    };
    criterion.measure({ name: 'acknowledged lines lost', value: lost, samples: lines, details }, linesLost);
    criterion.measure(
      { name: 'lines answered more than once', value: repeated, samples: lines },
      linesRepeated,
    );
    criterion.require('lines answered out of order', '0', String(outOfOrder));
    criterion.measure({ name: 'write rate when disrupted', value: slowest, samples: ways.length }, writeRate);
  },
);

test(
  'AC-lgtm-001-04 Loki with invalid S3 credentials logs it and ends in CrashLoopBackOff',
  { tag: '@AC-lgtm-001-04' },
  async ({ criterion, target, shadow }) => {
    const { restarts } = thresholds('AC-lgtm-001-04');
    await target.undisturbed('loki', () =>
      target.loading(async () => {
        const before = await target.workload('loki').state();
        const looping = await Promise.all(
          (['wrong-secret', 'unknown-key'] as const).map(async (credentials) => {
            const invalid = await shadow('loki', credentials);
            const state = await untilCrashLooping(invalid, restarts.limit, 120_000);
            const log = await invalid.logs();
            criterion.evidence(`log with ${credentials}`, log.slice(-5_000));
            criterion.require(
              `exit with ${credentials}`,
              'non-zero',
              state.lastExit?.code ? 'non-zero' : String(state.lastExit?.code),
            );
            criterion.require(
              `authentication error in the log with ${credentials}`,
              'logged',
              /SignatureDoesNotMatch|InvalidAccessKeyId|AccessDenied/.test(log) ? 'logged' : 'nothing of it',
            );
            return state.restartCount;
          }),
        );
        criterion.measure(
          { name: 'restarts before CrashLoopBackOff', value: Math.min(...looping), samples: looping.length },
          restarts,
        );

        const valid = await shadow('loki', 'deployed');
        await untilReady(valid);
        const after = await target.workload('loki').state();
        criterion.require(
          'the running Loki meanwhile',
          `ready, ${before.restartCount} restarts, running since ${before.startedAt ?? ''}`,
          `${after.ready ? 'ready' : 'not ready'}, ${after.restartCount} restarts, running since ${after.startedAt ?? ''}`,
        );
      }),
    );
  },
);

test(
  'AC-lgtm-001-05 log queries over up to 24 hours answer through Grafana within 3 seconds',
  { tag: '@AC-lgtm-001-05' },
  async ({ criterion, target, loki, grafana, say }) => {
    const { answerWithin, range, seededBytes, samplesPerQuery } = thresholds('AC-lgtm-001-05');
    const workload = target.workload('loki');
    // It ends half an hour ago: lines that old are answered from S3 alone, so what is counted is stored.
    const end = Date.now() - 1_800_000;
    const history = new LogHistory(`${target.run.id}-${end}`, end, range.limit, seededBytes.limit);
    await target.undisturbed('loki', () =>
      target.loading(() => seedHistory(workload.url, history, 180_000, say)),
    );

    const times = new QueryTimes();
    await target.disrupting('loki', async () => {
      // What was just written is still in Loki's caches; after a restart they are empty.
      await workload.restart();
      await loki.untilQueried();
      await criterion.timed(target, () =>
        askOverRanges(
          criterion,
          times,
          { ranges: [range.limit / 3600, 6, 1], samples: samplesPerQuery.limit },
          (hours, window) => historyQueries(history, hours, window),
          (query) => grafana.queryLogs({ uid: 'loki', maxLines, ...query }),
          say,
        ),
      );
    });

    times.judge(criterion, answerWithin, samplesPerQuery);
    criterion.measure({ name: 'seeded lines', value: history.bytes, samples: 1 }, seededBytes);
  },
);
