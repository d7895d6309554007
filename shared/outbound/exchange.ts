import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { rootCertificates } from 'node:tls';
import type { OutboundRequest, OutboundTroubleCode } from '#shared/gateways/outbound.ts';

export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** One attempt: whom to connect to, already checked. */
export interface Target {
  readonly protocol: 'https:' | 'http:';
  readonly hostname: string;
  readonly port: number;
  /** The only addresses that the connection may be made to. */
  readonly addresses: readonly Address[];
}

export interface ExchangeLimits {
  /** From the start to the end of the TLS handshake. */
  readonly connectMs: number;
  /** From the start to the last byte of the answer. */
  readonly attemptMs: number;
  readonly answerBytes: number;
}

export interface ExchangeOptions {
  readonly userAgent: string;
  /** PEM; certificate authorities beside those of Node. */
  readonly trust: readonly string[];
  readonly signal: AbortSignal | undefined;
}

/** An attempt's outcome: `why` ends a sentence that begins with method and host. */
export type Exchange =
  | {
      readonly ok: true;
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array;
    }
  | { readonly ok: false; readonly code: OutboundTroubleCode; readonly why: string; readonly sent: boolean };

/** Makes one request over a connection of its own and reads the whole answer. Never rejects. */
export function exchange(
  target: Target,
  request: OutboundRequest,
  limits: ExchangeLimits,
  options: ExchangeOptions,
): Promise<Exchange> {
  const { promise, resolve } = Promise.withResolvers<Exchange>();
  // What became of the connection: before `secured` not one byte of the request has left.
  const stage = { connected: false, secured: false };
  let outgoing: ClientRequest | undefined;
  const ms = { whole: Math.round(limits.attemptMs), connect: Math.round(limits.connectMs) };
  const slow = () => end('connect_timeout', `took longer than ${ms.connect} ms to connect`);
  const connecting = setTimeout(slow, ms.connect);
  const whole = setTimeout(() => end('timeout', `gave no whole answer within ${ms.whole} ms`), ms.whole);
  const stop = () => end('stopping', 'was given up: this program is stopping');

  function settle(result: Exchange): void {
    clearTimeout(whole);
    clearTimeout(connecting);
    options.signal?.removeEventListener('abort', stop);
    resolve(result);
    outgoing?.destroy();
  }
  function end(code: OutboundTroubleCode, why: string): void {
    settle({ ok: false, code, why, sent: stage.secured });
  }

  if (options.signal?.aborted === true) {
    stop();
    return promise;
  }
  try {
    outgoing = start(target, request, options);
  } catch {
    // Node's message may quote what it refuses, and that may be a secret.
    end('request_invalid', 'was not made: a header or the path holds characters that are forbidden there');
    return promise;
  }
  options.signal?.addEventListener('abort', stop);

  outgoing.on('socket', (socket) => {
    const secured = () => {
      stage.secured = true;
      clearTimeout(connecting);
    };
    socket.once('connect', () => {
      stage.connected = true;
      if (target.protocol === 'http:') secured();
    });
    socket.once('secureConnect', secured);
  });
  outgoing.on('error', (error) => {
    const { code, why } = troubleOf(error, stage);
    end(code, why);
  });
  outgoing.on('response', (response) => readAnswer(response, limits.answerBytes, settle, end));
  outgoing.end(request.body);
  return promise;
}

function start(target: Target, request: OutboundRequest, options: ExchangeOptions): ClientRequest {
  const { protocol, hostname, port, addresses } = target;
  const common = {
    ...{ protocol, hostname, port, method: request.method, path: request.path },
    headers: {
      ...request.headers,
      'user-agent': options.userAgent,
      'accept-encoding': 'identity',
      ...(request.body === undefined ? {} : { 'content-length': Buffer.byteLength(request.body) }),
    },
    // A connection of its own: none is shared with another host or another connector.
    agent: false as const,
    lookup: pinned(addresses),
  };
  if (protocol === 'http:') return requestHttp(common);
  return requestHttps({
    ...common,
    // Said in so many words, because NODE_TLS_REJECT_UNAUTHORIZED=0 would switch it off otherwise.
    rejectUnauthorized: true,
    ...(options.trust.length === 0 ? {} : { ca: [...rootCertificates, ...options.trust] }),
  });
}

/** The resolver is asked once, before the check: asked again it could answer otherwise (DNS rebinding). */
function pinned(addresses: readonly Address[]): LookupFunction {
  return (_hostname, options, callback) => {
    const [first] = addresses;
    if (options.all === true) callback(null, [...addresses]);
    else callback(null, first?.address ?? '', first?.family);
  };
}

function readAnswer(
  response: IncomingMessage,
  answerBytes: number,
  settle: (result: Exchange) => void,
  end: (code: OutboundTroubleCode, why: string) => void,
): void {
  const status = response.statusCode ?? 0;
  const tooLarge = () => end('answer_too_large', `answered ${status} with more than ${answerBytes} bytes`);
  if (status >= 300 && status < 400) {
    end('redirected', `answered ${status}, which points elsewhere and is not followed`);
    return;
  }
  const encoding = response.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    end('answer_malformed', `answered ${status} with a Content-Encoding that was not asked for`);
    return;
  }
  if (Number(response.headers['content-length'] ?? 0) > answerBytes) {
    tooLarge();
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.byteLength;
    if (bytes > answerBytes) tooLarge();
    else chunks.push(chunk);
  });
  response.on('end', () => {
    settle({ ok: true, status, headers: plainHeaders(response), body: Buffer.concat(chunks) });
  });
  response.on('error', (error) => {
    const malformed = codeOf(error).startsWith('HPE_');
    if (malformed) end('answer_malformed', `answered ${status} and then something that is not HTTP`);
    else end('connection_lost', `broke off in the middle of its answer (${status})`);
  });
}

function plainHeaders(response: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(response.headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function troubleOf(
  error: Error,
  stage: { readonly connected: boolean; readonly secured: boolean },
): { readonly code: OutboundTroubleCode; readonly why: string } {
  const code = codeOf(error);
  const named = code === '' ? '' : ` (${code})`;
  if (stage.secured) {
    if (code === 'HPE_HEADER_OVERFLOW') return { code: 'answer_too_large', why: 'answered with too many headers' };
    if (code.startsWith('HPE_'))
      return { code: 'answer_malformed', why: `answered something that is not HTTP${named}` };
    return { code: 'connection_lost', why: `closed the connection before it answered${named}` };
  }
  const broken = ['ECONNRESET', 'EPIPE', 'ECONNREFUSED', 'ECONNABORTED', 'ETIMEDOUT'].includes(code);
  if (stage.connected && !broken)
    return { code: 'tls_failed', why: `has no certificate or TLS that we accept${named}` };
  return { code: 'connect_failed', why: `cannot be connected to${named}` };
}

/** The error's code where it is one of the plain names of Node or OpenSSL; never its message. */
function codeOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return /^[A-Z][A-Z0-9_]{1,63}$/.test(code) ? code : '';
}
