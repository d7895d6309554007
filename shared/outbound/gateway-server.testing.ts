import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createRawServer, type Server, type Socket } from 'node:net';
import { makeCertificate } from './certificate.testing.ts';

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

export interface GatewayServer {
  readonly port: number;
  readonly seen: readonly SeenRequest[];
  close(): Promise<void>;
}

type Answerer = (request: SeenRequest, response: ServerResponse, count: number) => void;

/** A gateway's API on 127.0.0.1 over plain HTTP; `answer` gets the whole request and its number, from 1. */
export function startGatewayServer(answer: Answerer): Promise<GatewayServer> {
  const seen: SeenRequest[] = [];
  return listening(createServer(listener(answer, seen)), seen);
}

/** The same over TLS, with a certificate for `name`, which is given to be trusted. */
export async function startTlsServer(
  name: string,
  answer: Answerer,
  notAfter?: string,
): Promise<GatewayServer & { readonly trust: readonly string[] }> {
  const seen: SeenRequest[] = [];
  const certificate = makeCertificate(name, notAfter);
  const server = await listening(createTlsServer({ ...certificate }, listener(answer, seen)), seen);
  return { ...server, trust: [certificate.cert] };
}

/** Bytes instead of HTTP: `take` gets each connection, and the bytes of its first packet once they are there. */
export function startRawServer(take: (socket: Socket, first: () => Promise<string>) => void): Promise<GatewayServer> {
  const server = createRawServer((socket) => {
    socket.on('error', () => undefined);
    take(socket, () => new Promise((resolve) => socket.once('data', (data) => resolve(data.toString('latin1')))));
  });
  return listening(server, []);
}

function listener(answer: Answerer, seen: SeenRequest[]): RequestListener {
  return async (request, response) => {
    const { method = '', url = '', headers } = request;
    const whole: SeenRequest = { method, url, headers, body: await bodyOf(request) };
    seen.push(whole);
    answer(whole, response, seen.length);
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

async function listening(server: Server, seen: readonly SeenRequest[]): Promise<GatewayServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
