import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { loopbackLookup } from './loopback-lookup.ts';

export interface PostedAnswer {
  readonly status: number;
  readonly body: string;
}

const TIMEOUT_MS = 30_000;
/** Set by the connection itself, whatever a recorded request says. */
const OWN_HEADERS = new Set(['host', 'content-length', 'connection', 'transfer-encoding']);

/**
 * Sends a request as a gateway would: the bytes as they are, the path and query of `url` undecoded, and no headers but
 * those given (no User-Agent: gateways send none). Rejects where there is no answer within 30 s.
 */
export function postCallback(
  url: URL,
  request: {
    readonly method: string;
    /** Path and query as they go over the wire. */
    readonly uri: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Uint8Array;
  },
): Promise<PostedAnswer> {
  const headers = Object.entries(request.headers).filter(([name]) => !OWN_HEADERS.has(name.toLowerCase()));
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const outgoing = send(
      {
        protocol: url.protocol,
        hostname: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port,
        method: request.method,
        path: request.uri,
        headers: { ...Object.fromEntries(headers), 'content-length': request.body.byteLength },
        timeout: TIMEOUT_MS,
        lookup: loopbackLookup(url.hostname),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
        });
        response.on('error', reject);
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
    outgoing.on('error', reject);
    outgoing.end(request.body);
  });
}
