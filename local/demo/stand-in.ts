import { createServer, type ServerResponse } from 'node:http';
import { listen } from '#local/http/listen.ts';

/** One answer of a gateway's API. */
export interface StandInAnswer {
  /** `GET /v2/charges/S01-1`; an absolute URL counts by its path. */
  readonly request: string;
  readonly status: number;
  readonly body: Uint8Array;
}

/** Plays the gateways' own APIs on this machine, as far as recorded answers go. */
export interface StandIn {
  /** `127.0.0.1:port`. */
  readonly host: string;
  /** From now on; of several answers to one request each is given once and the last for ever. */
  serve(answers: readonly StandInAnswer[]): void;
  close(): void;
}

/** Starts a stand-in on a free port of loopback. What it does not know is a 404. */
export async function startStandIn(): Promise<StandIn> {
  const known = new Map<string, StandInAnswer[]>();
  const server = createServer((request, response) => {
    request.resume().once('end', () => give(response, nextOf(known, `${request.method} ${request.url}`)));
  });
  const port = await listen(server, '127.0.0.1', 0, 'free a port');
  server.unref();
  return {
    host: `127.0.0.1:${port}`,
    serve(answers) {
      const named = answers.map((answer) => [requestLine(answer.request), answer] as const);
      for (const [line] of named) known.delete(line);
      for (const [line, answer] of named) known.set(line, [...(known.get(line) ?? []), answer]);
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function requestLine(request: string): string {
  const [method = '', target = ''] = request.split(' ');
  return `${method} ${target.replace(/^https?:[/][/][^/]*/, '')}`;
}

function nextOf(known: ReadonlyMap<string, StandInAnswer[]>, line: string): StandInAnswer | undefined {
  const answers = known.get(line) ?? [];
  return answers.length > 1 ? answers.shift() : answers[0];
}

function give(response: ServerResponse, answer: StandInAnswer | undefined): void {
  response.writeHead(answer?.status ?? 404, { 'content-type': 'application/json' });
  response.end(answer?.body ?? '{}');
}
