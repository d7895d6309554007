import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpAnswer, RawCallback } from '#shared/gateways/gateway.ts';
import { type CallbackHead, MAX_BODY_BYTES } from '#shared/pipeline/receive.ts';
import type { HostGuard } from './host-guard.ts';
import type { HttpLimits } from './limits.ts';
import { type BodyRoom, readBody } from './read-body.ts';

/** An answer of the admin API; a body of parts is written as fast as the client takes it. */
export interface AdminAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | AsyncIterable<string>;
}

export interface HttpServerDeps {
  readonly receive: (request: RawCallback) => Promise<HttpAnswer>;
  readonly refuseTooLarge: (head: CallbackHead, bytes: number) => Promise<HttpAnswer>;
  /** `signal` fires when the client has gone. */
  readonly admin: (request: RawCallback, signal: AbortSignal) => Promise<AdminAnswer>;
  readonly guard: HostGuard;
  /** Path of the public URL; '' where it has none. */
  readonly basePath: string;
  readonly limits: HttpLimits;
  readonly trouble: (error: unknown) => void;
}

/** The answer that is being made on a connection: an error must not be written into the middle of it. */
const answers = new WeakMap<Socket, ServerResponse>();

const TEXT = { 'content-type': 'text/plain; charset=utf-8' };

/** One port: `/callbacks/…`, `/health` and `/api/v1/…`. Not yet listening. */
export function createHttpServer(deps: HttpServerDeps): Server {
  const { limits } = deps;
  const server = createServer({
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: limits.checkMs,
    keepAliveTimeout: limits.keepAliveMs,
    maxHeaderSize: limits.headerBytes,
    noDelay: true,
  });
  // All headers that fit into the size limit are read: a default count limit would drop some without a word.
  server.maxHeadersCount = 0;
  const room: BodyRoom = { freeBytes: limits.unfinishedBytes };
  server.on('request', (request, response) => handle(deps, server, room, request, response));
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (declaredBytes(request) <= MAX_BODY_BYTES) response.writeContinue();
    handle(deps, server, room, request, response);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => refuseBroken(error, socket, limits));
  return server;
}

function handle(
  deps: HttpServerDeps,
  server: Server,
  room: BodyRoom,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  answers.set(request.socket, response);
  respond(deps, room, request, response)
    .catch((error: unknown) => {
      deps.trouble(error);
      return unavailable('Something broke here; please send it again.\n');
    })
    .then((answer) => (answer === undefined ? undefined : write(answer, server, request, response)))
    .catch((error: unknown) => {
      deps.trouble(error);
      response.destroy();
    });
}

/** `undefined`: the client has gone, nothing is to be written. */
async function respond(
  deps: HttpServerDeps,
  room: BodyRoom,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<AdminAnswer | undefined> {
  const head = headOf(request);
  const own = withoutBase(head.path, deps.basePath);
  const early = answerWithoutBody(deps, head, own);
  const isAdmin = isAdminPath(own);
  if (early === undefined && waitsForContinue(request) && declaredBytes(request) > MAX_BODY_BYTES) {
    return tooLarge(deps, head, declaredBytes(request), isAdmin);
  }
  // Read before any answer: an answer to a half-read request would be lost with the connection.
  const reading = await readBody(request, early === undefined ? MAX_BODY_BYTES : 0, deps.limits.drainBytes, room);
  if (reading.kind === 'aborted') return undefined;
  if (reading.kind === 'no_room') return unavailable('Too much is coming in at once; please send it again.\n');
  if (early !== undefined) return early;
  if (reading.kind === 'too_large') return tooLarge(deps, head, reading.bytes, isAdmin);
  if (isAdmin) return deps.admin({ ...head, path: own, body: reading.body }, whenGone(response));
  return deps.receive({ ...head, body: reading.body });
}

function answerWithoutBody(deps: HttpServerDeps, head: CallbackHead, own: string): AdminAnswer | undefined {
  const foreign = deps.guard(head.headers);
  if (foreign !== undefined) return { status: 403, headers: TEXT, body: `Refused: ${foreign}.\n` };
  if (own === '/health') return health(head.method);
  if (isAdminPath(own) || own.startsWith('/callbacks/')) return undefined;
  return { status: 404, headers: TEXT, body: 'There is nothing here: /callbacks/…, /api/v1/… and /health.\n' };
}

function isAdminPath(own: string): boolean {
  return own === '/api/v1' || own.startsWith('/api/v1/');
}

async function tooLarge(
  deps: HttpServerDeps,
  head: CallbackHead,
  bytes: number,
  isAdmin: boolean,
): Promise<AdminAnswer> {
  if (!isAdmin) return deps.refuseTooLarge(head, bytes);
  return { status: 413, headers: TEXT, body: `The body is larger than ${MAX_BODY_BYTES} bytes.\n` };
}

function unavailable(body: string): AdminAnswer {
  return { status: 503, headers: { ...TEXT, 'retry-after': '5' }, body };
}

function health(method: string): AdminAnswer {
  if (method !== 'GET' && method !== 'HEAD') {
    return { status: 405, headers: { ...TEXT, allow: 'GET, HEAD' }, body: 'Only GET and HEAD.\n' };
  }
  return { status: 200, headers: { 'content-type': 'application/json' }, body: '{"status":"ok"}' };
}

/** The request line and headers as they came: the path undecoded, names lower case, repeats joined. */
function headOf(request: IncomingMessage): CallbackHead {
  const target = (request.url ?? '/').replace(/^https?:\/\/[^/?]*/i, '');
  const mark = target.indexOf('?');
  return {
    method: request.method ?? '',
    path: mark === -1 ? target : target.slice(0, mark),
    rawQuery: mark === -1 ? '' : target.slice(mark + 1),
    headers: joinedHeaders(request.rawHeaders),
    ...(request.socket.remoteAddress !== undefined && { sourceIp: request.socket.remoteAddress }),
  };
}

function joinedHeaders(raw: readonly string[]): Record<string, string> {
  const headers = new Map<string, string>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase();
    const value = raw[at + 1] ?? '';
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return Object.fromEntries(headers);
}

function withoutBase(path: string, basePath: string): string {
  return basePath !== '' && path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : path;
}

function declaredBytes(request: IncomingMessage): number {
  return Number(request.headers['content-length'] ?? 0);
}

function waitsForContinue(request: IncomingMessage): boolean {
  return request.headers.expect?.toLowerCase() === '100-continue';
}

function whenGone(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}

async function write(
  answer: AdminAnswer,
  server: Server,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (response.destroyed) return;
  if (!server.listening) response.setHeader('connection', 'close');
  // Unread bytes of a body stand before the next request on this connection: it is not used again.
  if (!request.complete) response.setHeader('connection', 'close');
  const { status, headers, body } = answer;
  if (typeof body === 'string' || body instanceof Uint8Array) {
    const bytes = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
    response.writeHead(status, { ...headers, 'content-length': bytes });
    response.end(body);
    return;
  }
  response.writeHead(status, headers);
  await writeParts(body, response);
}

async function writeParts(parts: AsyncIterable<string>, response: ServerResponse): Promise<void> {
  for await (const part of parts) {
    if (response.destroyed) return;
    if (!response.write(part)) await drained(response);
  }
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

const BROKEN: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
};

/**
 * What Node refused before there was a request. The connection lingers a little and is read meanwhile: closing it with
 * unread bytes would make the sender's machine throw the answer away.
 */
function refuseBroken(error: NodeJS.ErrnoException, socket: Socket, limits: HttpLimits): void {
  const answering = answers.get(socket);
  if (error.code === 'ECONNRESET' || !socket.writable || (answering?.headersSent && !answering.writableFinished)) {
    socket.destroy();
    return;
  }
  const status = BROKEN[error.code ?? ''] ?? '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  // Takes the connection away from the parser, which would report the rest of the flood as further errors.
  socket.removeAllListeners('data');
  socket.on('data', () => undefined);
  socket.on('error', () => socket.destroy());
  setTimeout(() => socket.destroy(), limits.lingerMs).unref();
}
