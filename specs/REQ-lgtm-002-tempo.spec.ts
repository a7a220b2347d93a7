import {
  blocksOf,
  changesOf,
  inWords,
  proveExpiry,
  proveNoncurrentExpiry,
  quantiles,
  QueryTimes,
  seedTraces,
  shapeOf,
  SteadyWriter,
  takeOrders,
  test,
  thresholds,
  traceQueries,
  untilReady,
  whileUnanswered,
  wholeBucketExpiry,
  writeServices,
} from '../fixtures/test.ts';

const bucket = 'tempo-traces';

test(
  'AC-lgtm-002-01 deploying Tempo makes the bucket tempo-traces, which expires as a whole after 30 days',
  { tag: '@AC-lgtm-002-01' },
  async ({ criterion, objectStore, emptyObjectStore, observe }) => {
    const { expiresAfter } = thresholds('AC-lgtm-002-01');
    const judge = (what: string, days: number | null): void => {
      criterion.require(`rule over the whole of ${what}`, 'Enabled', days === null ? 'none' : 'Enabled');
      criterion.measure({ name: `expiry of ${what}`, value: days ?? 0, samples: 1 }, expiresAfter);
    };
    judge(`the deployed ${bucket}`, wholeBucketExpiry((await objectStore.properties(bucket)).lifecycle));

    const fresh = await emptyObjectStore('tempo');
    const seen = observe(fresh.access);
    criterion.require('buckets before the bucket step', '', (await seen.buckets()).join());
    for (const run of ['the bucket step', 'the bucket step run again']) {
      await fresh.runBucketStep();
      criterion.require(`buckets after ${run}`, bucket, (await seen.buckets()).join());
      const { lifecycle } = await seen.properties(bucket);
      judge(`${bucket} after ${run}`, wholeBucketExpiry(lifecycle));
    }
  },
);

test(
  'AC-lgtm-002-02 traces are in S3 within 10 minutes of their acknowledgement',
  { tag: '@AC-lgtm-002-02' },
  async ({ criterion, target, traces, shop, traceBlocks, shadow, say }) => {
    const { traceInS3Within, spansLost, services, depth } = thresholds('AC-lgtm-002-02');
    const written = traces('services');
    const persistence = traceBlocks(written.ledger);

    const delays = await target.undisturbed('tempo', () => {
      // Long enough for a block to be cut in the middle of it.
      const writing = Promise.all([
        writeServices(written, 600, 180),
        takeOrders(shop(written.ledger), 120),
      ]).then(async () => {
        const { url } = target.workload('tempo');
        await written.untilWritten(url);
        const early = await written.search(url);
        criterion.require(
          'acknowledged spans that Tempo does not answer at once',
          '0',
          `${early.missing.length}`,
        );
      });
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
    await target.undisturbed('tempo', () =>
      target.loading(async () => {
        const fromS3 = await shadow('tempo', 'deployed');
        await untilReady(fromS3);
        const searched = await written.search(fromS3.url);
        criterion.evidence('what a search finds in S3 alone', JSON.stringify(searched, null, 2));
        criterion.require(
          'spans searched for in S3 alone',
          '0 missing, 0 unexpected',
          `${searched.missing.length} missing, ${searched.unexpected.length} unexpected`,
        );
        const difference = await written.readBack(fromS3.url, undefined, 10);
        criterion.evidence('what S3 alone answers', JSON.stringify(difference, null, 2));
        criterion.requireExact('every tenth trace as a shadow answers it', difference, 'spans');
        // None of them is missing or altered in the blocks either, or untilAllStored had said so.
        criterion.measure(
          {
            name: 'spans missing or altered',
            value: difference.missing + difference.altered,
            samples: delays.length,
          },
          spansLost,
        );
      }),
    );
  },
);

test(
  'AC-lgtm-002-03 traces answer after Tempo restarts, and nothing is built again',
  { tag: '@AC-lgtm-002-03' },
  async ({ criterion, target, tempo, traces, traceBlocks, objectStore, say }) => {
    const { spansLost, spansRepeated, heldInMemory, blocksRewritten } = thresholds('AC-lgtm-002-03');
    const { traceInS3Within } = thresholds('AC-lgtm-002-02');
    const workload = target.workload('tempo');

    // What is due in S3 before anything is disrupted.
    const due = traces('due');
    const dueTraces = 100;
    await target.undisturbed('tempo', () =>
      traceBlocks(due.ledger).untilAllStored(
        traceInS3Within.limit * 1000,
        writeServices(due, dueTraces, 5),
        say,
      ),
    );
    const dueAnswered = async (): Promise<boolean> => {
      const roots = `{ ${due.ledger.source.condition} && nestedSetParent < 0 }`;
      const now = Math.ceil(Date.now() / 1000);
      const found = await tempo.search(roots, now - 3_600, now, 2 * dueTraces).catch(() => []);
      return new Set(found).size === dueTraces;
    };

    const ways = [
      { way: 'SIGKILL', disrupt: () => workload.kill(), keepsDisk: true, keepsMemory: false },
      { way: 'restart', disrupt: () => workload.restart(), keepsDisk: true, keepsMemory: true },
      ...(target.can('lose-disk') === true
        ? [
            {
              way: 'disk lost',
              disrupt: () => workload.killAndLoseDisk(),
              keepsDisk: false,
              keepsMemory: false,
            },
          ]
        : []),
    ];
    const recoveries: Record<string, number> = {};
    let lost = 0;
    let repeated = 0;
    let spans = 0;
    await target.disrupting('tempo', () =>
      target.loading(async () => {
        const before = await blocksOf(objectStore, bucket);
        for (const { way, disrupt, keepsDisk, keepsMemory } of ways) {
          say(`${way} while writing`);
          const written = traces(way.replace(' ', '-'));
          const writer = new SteadyWriter(written, 300_000);
          await writer.untilBytes(4e6);
          let disruptedAt = 0;
          recoveries[way] = await whileUnanswered(
            () => {
              disruptedAt = Date.now();
              return disrupt();
            },
            dueAnswered,
            60_000,
          );
          const back = Date.now();
          await writer.untilBytes(writer.bytes + 1e6);
          await writer.stop();
          await written.untilWritten(workload.url);

          // With the disk gone, what was not due in S3 yet may be gone too; with the process, what it held in memory.
          const kept = ({ at }: { at: number }): boolean =>
            at >= back || (keepsDisk && (keepsMemory || at < disruptedAt - 1000 * heldInMemory.limit));
          for (const [source, select] of [
            [due, undefined],
            [written, kept],
          ] as const) {
            const searched = await source.search(workload.url);
            const difference = await source.readBack(workload.url, select, 10);
            lost += searched.missing.filter(select ?? (() => true)).length + searched.unexpected.length;
            lost += difference.missing + difference.altered + difference.unexpected;
            repeated += difference.repeated;
            spans += source.ledger.spans;
            criterion.evidence(
              `spans of ${source.ledger.source.name} after ${way}`,
              inWords(difference, 'spans'),
            );
            if (source === due || !keepsDisk || keepsMemory) continue;
            const gone = searched.missing.filter(({ at }) => at < disruptedAt);
            criterion.measure(
              {
                name: `age of the oldest span lost by ${way}`,
                value: Math.max(0, ...gone.map(({ at }) => (disruptedAt - at) / 1000)),
                samples: source.ledger.batches.filter(({ at }) => at < disruptedAt).length,
                details: { 'spans lost': gone.length },
              },
              heldInMemory,
            );
          }
        }
        const changes = await changesOf(objectStore, bucket, before, due.ledger.source);
        criterion.measure(
          {
            name: 'blocks written again',
            value: changes.rewritten.length,
            samples: before.size,
            details: { 'blocks the compactor made meanwhile': changes.compacted },
            findings: changes.rewritten,
          },
          blocksRewritten,
        );
      }),
    );
    const details = Object.fromEntries(
      Object.entries(recoveries).map(([way, seconds]) => [`answering again after ${way} (s)`, seconds]),
    );
    criterion.measure({ name: 'acknowledged spans lost', value: lost, samples: spans, details }, spansLost);
    criterion.measure(
      { name: 'spans answered more than once', value: repeated, samples: spans },
      spansRepeated,
    );
  },
);

test(
  'AC-lgtm-002-04 S3 itself deletes traces after 30 days',
  { tag: '@AC-lgtm-002-04' },
  async ({ criterion, tempo, objectStore, observe, emptyObjectStore, agedObjects }) => {
    const { expiresAfter, stillThereAt, goneAt } = thresholds('AC-lgtm-002-04');
    // An S3 without a Tempo: what is deleted there, S3 deletes.
    const fresh = await emptyObjectStore('tempo');
    await fresh.runBucketStep();
    const { lifecycle, versioning } = await observe(fresh.access).properties(bucket);
    const objects = agedObjects(fresh.access, bucket);
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

test(
  'AC-lgtm-002-05 queries for recent traces answer through Grafana within 5 seconds',
  { tag: '@AC-lgtm-002-05' },
  async ({ criterion, target, tempo, grafana, traces, say }) => {
    const limits = thresholds('AC-lgtm-002-05');
    const { answerWithin, samplesPerQuery } = limits;
    const written = traces('recent');
    const count = limits.traces.limit;
    const start = Math.floor(Date.now() / 1000) - 60;
    const window = (): { start: number; end: number } => ({ start, end: Math.ceil(Date.now() / 1000) + 60 });
    await target.undisturbed('tempo', () => target.loading(() => seedTraces(written, count, say)));

    const times = new QueryTimes();
    await target.disrupting('tempo', async () => {
      await written.untilWritten(target.workload('tempo').url);
      // Every trace has all its spans, so that what is searched is of the size that is required.
      const whole = `{ ${written.ledger.source.condition} } | count() = ${written.ledger.spans / count}`;
      const found = new Set(await tempo.search(whole, start, window().end, 2 * count)).size;
      criterion.require('seeded traces as Tempo counts them', `${count} whole ones`, `${found} whole ones`);
      // What was just asked for may be in a cache; after a restart it is not.
      await target.workload('tempo').restart();
      await criterion.timed(target, async () => {
        for (let turn = 0; turn < samplesPerQuery.limit / 2; turn++) {
          for (const { shape, query, ask, fault } of traceQueries(written, count, window(), turn)) {
            const timed = { shape, byHand: `${query} in Explore`, ask: () => ask(grafana), fault };
            await times.ask(criterion, timed, 'cold');
            await times.ask(criterion, timed, 'warm');
          }
        }
      });
      say('queries answered');
    });

    times.judge(criterion, answerWithin, samplesPerQuery);
    criterion.measure({ name: 'seeded spans', value: written.ledger.spans, samples: 1 }, limits.spans);
    criterion.measure(
      { name: 'seeded traces', value: written.ledger.byTrace().size, samples: 1 },
      limits.traces,
    );
  },
);
