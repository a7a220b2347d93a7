import { createHash } from 'node:crypto';
import {
  createServer,
  request,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer, request as tlsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { BehindS3, Interposers } from '../fixtures/stack/options.ts';
import { pause } from '../fixtures/poll.ts';

/** An S3 that acknowledges one chunk upload in `every` and drops it. */
export function forgetfulS3(every: number): Required<Pick<Interposers, 'objectStore'>> {
  return {
    objectStore: (s3) => {
      let uploads = 0;
      return listenAs(s3.host, s3, (incoming, response) => {
        const isChunk = incoming.method === 'PUT' && incoming.url?.startsWith('/loki-chunks/fake/');
        // One of the first uploads, so that its lines are due while the spec still looks.
        if (isChunk && uploads++ % every === Math.floor(every / 10)) {
          void body(incoming).then((bytes) => {
            response.writeHead(200, { etag: `"${createHash('md5').update(bytes).digest('hex')}"` }).end();
          });
          return;
        }
        onwardToS3(s3, incoming, response);
      });
    },
  };
}

/** A network that sends an upload to S3 once more with each later one like it. */
export function repeatingS3(path: RegExp): Required<Pick<Interposers, 'objectStore'>> {
  return {
    objectStore: (s3) => {
      let first: Replay | undefined;
      return listenAs(s3.host, s3, (incoming, response) => {
        if (incoming.method !== 'PUT' || !path.test(incoming.url ?? '')) {
          onwardToS3(s3, incoming, response);
          return;
        }
        void body(incoming).then((bytes) => {
          const { method, url, headers } = incoming;
          const upload = { method, url, headers, bytes };
          onwardToS3(s3, upload, response);
          if (first) onwardToS3(s3, first, null);
          first ??= upload;
        });
      });
    },
  };
}

/** An S3 that acknowledges the removal of a user and forgets about it. */
export function forgetfulAdministrator(): Required<Pick<Interposers, 'administration'>> {
  return {
    administration: (s3) =>
      listenAs(s3.host, s3, (incoming, response) => {
        if (incoming.url?.startsWith('/minio/admin/v3/remove-user')) response.writeHead(200).end();
        else onwardToS3(s3, incoming, response);
      }),
  };
}

/** A network in which S3 also answers in clear, at port 80 of its name. */
export function clearS3(): Required<Pick<Interposers, 'names'>> {
  return {
    names: async (s3) => {
      const server = createServer((incoming, response) => {
        onwardToS3(s3, incoming, response);
      });
      return { [`${s3.host}:80`]: await listen(server) };
    },
  };
}

/** A network in which the same S3 has a second name, with a certificate for it. */
export function s3Named(name: string): Required<Pick<Interposers, 'names'>> {
  return {
    names: async (s3) => {
      const port = await listenAs(name, s3, (incoming, response) => {
        onwardToS3(s3, incoming, response);
      });
      return { [`${name}:443`]: port };
    },
  };
}

/** A request whose body has been read. */
type Replay = Pick<IncomingMessage, 'method' | 'url' | 'headers'> & { bytes: Buffer };

/** Passes a request on to S3 as it is; its signature is over the headers, which stay. Null lets nobody know its answer. */
function onwardToS3(
  { port, authority, host }: BehindS3,
  incoming: IncomingMessage | Replay,
  response: ServerResponse | null,
): void {
  const { method, url, headers } = incoming;
  const onward = tlsRequest(
    { host: '127.0.0.1', port, servername: host, ca: authority.certificate, method, path: url, headers },
    (answer) => {
      if (response === null) {
        answer.resume();
        return;
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  onward.on('error', (error) => response?.destroy(error));
  if ('bytes' in incoming) onward.end(incoming.bytes);
  else incoming.pipe(onward);
}

/** A Loki that acknowledges all lines of a push and forgets one in `every`. */
export function forgetfulLoki(every: number): Required<Pick<Interposers, 'loki'>> {
  let lines = 0;
  return {
    loki: ({ port }) =>
      listen(
        between(port, {
          change: (method, path, text) => {
            if (method !== 'POST' || !path.startsWith('/loki/api/v1/push')) return text;
            const push = JSON.parse(text) as { streams: { values: unknown[] }[] };
            for (const stream of push.streams)
              stream.values = stream.values.filter(() => ++lines % every !== 0);
            push.streams = push.streams.filter(({ values }) => values.length > 0);
            return JSON.stringify(push);
          },
        }),
      ),
  };
}

/** A Loki that answers each line twice. */
export function doublingLoki(): Required<Pick<Interposers, 'loki'>> {
  return {
    loki: ({ port }) =>
      listen(
        between(port, {
          answer: (path, text) => {
            if (!path.startsWith('/loki/api/v1/query_range')) return text;
            const answer = JSON.parse(text) as { data: { result: { values: unknown[] }[] } };
            for (const stream of answer.data.result)
              stream.values = stream.values.flatMap((value) => [value, value]);
            return JSON.stringify(answer);
          },
        }),
      ),
  };
}

/** A Mimir that acknowledges one write in `every` and forgets it. */
export function forgetfulMimir(every: number): Required<Pick<Interposers, 'mimir'>> {
  let writes = 0;
  return {
    mimir: ({ port }) =>
      listen(between(port, { swallow: (path) => path.startsWith('/api/v1/push') && ++writes % every === 0 })),
  };
}

/** A Mimir that answers a sample of one series in `every` a second time, with another value. */
export function doublingMimir(every: number): Required<Pick<Interposers, 'mimir'>> {
  let series = 0;
  return {
    mimir: ({ port }) =>
      listen(
        between(port, {
          answer: (path, text) => {
            if (!path.startsWith('/prometheus/api/v1/query')) return text;
            const answer = JSON.parse(text) as { data: { result?: { values?: [number, string][] }[] } };
            for (const { values = [] } of answer.data.result ?? []) {
              const [at, value] = values.at(-1) ?? [];
              if (at !== undefined && ++series % every === 0) values.push([at, String(Number(value) + 1)]);
            }
            return JSON.stringify(answer);
          },
        }),
      ),
  };
}

/** A Mimir that takes `ms` milliseconds longer for each write. */
export function slowMimir(ms: number): Required<Pick<Interposers, 'mimir'>> {
  return {
    mimir: ({ port }) =>
      listen(between(port, { delay: (path) => (path.startsWith('/api/v1/push') ? ms : 0) })),
  };
}

/** A receiver that acknowledges all spans of a request and forgets one in `every`. */
export function forgetfulTempo(every: number): Required<Pick<Interposers, 'tempo/otlp-http'>> {
  let spans = 0;
  return betweenExporters((group) => {
    group.spans = group.spans.filter(() => ++spans % every !== 0);
  });
}

/** A receiver that changes an attribute of one span in `every`. */
export function alteringTempo(every: number): Required<Pick<Interposers, 'tempo/otlp-http'>> {
  let spans = 0;
  return betweenExporters((group) => {
    for (const { attributes = [] } of group.spans) {
      const [attribute] = attributes;
      if (attribute && ++spans % every === 0) attribute.value = { stringValue: 'changed' };
    }
  });
}

interface ScopeSpans {
  spans: { attributes?: { value: unknown }[] }[];
}

function betweenExporters(lie: (group: ScopeSpans) => void): Required<Pick<Interposers, 'tempo/otlp-http'>> {
  return {
    'tempo/otlp-http': ({ port }) =>
      listen(
        between(port, {
          change: (method, path, text) => {
            if (method !== 'POST' || !path.startsWith('/v1/traces')) return text;
            const request = JSON.parse(text) as { resourceSpans: { scopeSpans: ScopeSpans[] }[] };
            for (const { scopeSpans } of request.resourceSpans) scopeSpans.forEach(lie);
            return JSON.stringify(request);
          },
        }),
      ),
  };
}

/** A Grafana that takes `ms` milliseconds longer for one query in `every`. */
export function slowGrafana(ms: number, every: number): Required<Pick<Interposers, 'grafana'>> {
  let queries = 0;
  return {
    grafana: ({ port }) =>
      listen(
        between(port, {
          delay: (path) => (path.startsWith('/api/ds/query') && ++queries % every === 0 ? ms : 0),
        }),
      ),
  };
}

interface Lies {
  change?: (method: string, path: string, body: string) => string;
  answer?: (path: string, body: string) => string;
  /** Milliseconds that a request is held back. */
  delay?: (path: string) => number;
  /** Whether a request is acknowledged and goes no further. */
  swallow?: (path: string) => boolean;
}

/** A plain HTTP server that passes everything on to a loopback port, but for its lies. */
function between(port: number, lies: Lies): Server {
  const pass: RequestListener = (incoming, response) => {
    void (async () => {
      const { method = 'GET', url: path = '/', headers } = incoming;
      const sent = await body(incoming);
      const changed = lies.change ? Buffer.from(lies.change(method, path, sent.toString())) : sent;
      // Without accept-encoding, answers come as they are read here.
      const {
        'content-length': length,
        'transfer-encoding': encoding,
        'accept-encoding': compression,
        ...kept
      } = headers;
      await pause(lies.delay?.(path) ?? 0);
      if (lies.swallow?.(path)) {
        response.end();
        return;
      }
      const onward = request(
        { host: '127.0.0.1', port, method, path, headers: { ...kept, 'content-length': changed.length } },
        (answer) => {
          void (async () => {
            const received = await body(answer);
            const told =
              answer.statusCode === 200 && lies.answer ? lies.answer(path, received.toString()) : received;
            const { 'content-length': was, 'transfer-encoding': how, ...rest } = answer.headers;
            response.writeHead(answer.statusCode ?? 502, rest).end(told);
          })();
        },
      );
      onward.on('error', (error) => response.destroy(error));
      onward.end(changed);
    })();
  };
  return createServer(pass);
}

async function body(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Serves TLS for a name, with a certificate that the clients of S3 trust. */
async function listenAs(name: string, { authority }: BehindS3, listener: RequestListener): Promise<number> {
  const { certificate, key } = await authority.issue(name);
  return listen(createTlsServer({ cert: certificate, key }, listener));
}

/** Listens on a free loopback port for as long as this process lives. */
async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return (server.address() as AddressInfo).port;
}
