import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Answer {
  body: Buffer | string;
  /** Bytes of the body that are really sent before the connection is cut. */
  cutAfter?: number;
  /** Answer only when this has resolved. */
  after?: Promise<unknown>;
}

/** A publisher's site on loopback; a path without an answer is a 404. */
export interface Site {
  readonly url: string;
  readonly answers: Map<string, Answer>;
  /** The paths asked for, in order. */
  readonly asked: string[];
  /** Stops it; afterwards its port refuses connections. */
  close(): Promise<void>;
}

export async function openSite(): Promise<Site> {
  const answers = new Map<string, Answer>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    void send(response, answers.get(path));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    answers,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function send(response: ServerResponse, answer: Answer | undefined): Promise<void> {
  await answer?.after;
  const body = Buffer.from(answer?.body ?? 'not here');
  response.writeHead(answer ? 200 : 404, { 'content-length': body.length });
  if (answer?.cutAfter === undefined) response.end(body);
  else response.write(body.subarray(0, answer.cutAfter), () => response.destroy());
}
