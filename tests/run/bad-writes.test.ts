import { MimirClient } from '../../fixtures/clients/mimir.ts';
import { OtlpClient } from '../../fixtures/clients/otlp.ts';
import { WriteRefused } from '../../fixtures/errors.ts';
import { SampleSource } from '../../fixtures/ledger/sample-source.ts';
import { TraceSource } from '../../fixtures/ledger/trace-source.ts';
import { Metrics } from '../../fixtures/metrics.ts';
import { provideStackPrograms } from '../../fixtures/programs.ts';
import { Traces } from '../../fixtures/traces.ts';
import { expect, test } from './harness.ts';

test.describe.configure({ timeout: 180_000 });

test('what the real programs refuse is told with their own words, and nothing of it is in the ledger', async ({
  folder,
  stack,
}) => {
  const { urls, ports } = await stack({ programs: await provideStackPrograms(['tempo', 'mimir'], () => {}) });
  const mimir = new MimirClient(urls.mimir ?? '');
  const refused = (message: RegExp) => ({
    kind: 'refused',
    status: 400,
    message: expect.stringMatching(message) as unknown,
  });
  expect(await mimir.send(new Uint8Array())).toEqual(refused(/snappy: corrupt input/));
  expect(await mimir.send(Buffer.from('not a snappy block'))).toEqual(refused(/snappy: corrupt input/));
  // A block of one literal byte, which begins a field of protobuf and does not end it.
  expect(await mimir.send(Uint8Array.of(1, 0, 0x0a))).toEqual(refused(/unexpected EOF/));

  const metrics = new Metrics(urls.mimir ?? '', new SampleSource('run', 'bad', 10), folder);
  const now = Date.now();
  await metrics.write(1, now);
  const tooOld = metrics.write(0, now - 3 * 3_600_000);
  await expect(tooOld).rejects.toThrow(WriteRefused);
  await expect(tooOld).rejects.toThrow(/Mimir refused samples with 400: .*too old.* — see limits/s);
  expect(metrics.ledger.samples).toBe(10);

  const receiver = ports.tempo?.['otlp-http'] ?? '';
  const traces = new Traces(receiver, new TraceSource('run', 'bad'), folder);
  const [span] = traces.ledger.records({ trace: 0, start: BigInt(now) * 1_000_000n, part: 0 });
  if (!span) throw new Error('a part of a trace has no span');
  const short = { ...span, traceId: span.traceId.slice(2) };
  expect(await new OtlpClient(receiver).push([short])).toEqual(refused(/traceId|length|ID/i));
});
