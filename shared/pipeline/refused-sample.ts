import { createHash } from 'node:crypto';
import type { GatewayFront, RawCallback, RefusedVerdict } from '#shared/gateways/gateway.ts';
import type { Connector } from '#shared/registry/records.ts';
import { keptRequestOf } from './kept-request.ts';
import type { RefusedSample, RefusedStore } from './ports.ts';

/** Why a request was refused, and with which connector where one is known. */
export interface Refusal {
  readonly code: RefusedSample['code'];
  readonly detail: string;
  readonly connector?: Connector | undefined;
  /** Of the connector's gateway; absent: nothing of the request is kept. */
  readonly front?: GatewayFront | undefined;
  readonly verdict?: RefusedVerdict;
}

const PATH_CHARACTERS = 256;
/** Headers that may stand in a sample: nothing that carries a signature or a credential. */
const SHOWN_HEADERS = ['content-type', 'content-length', 'date', 'x-date', 'user-agent', 'host'];
/** Of these only the scheme is shown. */
const CREDENTIAL_HEADERS = ['authorization', 'x-authorization'];
const SCHEME = /^[A-Za-z][\w-]{0,31}(?= )/;

/** Records the refusal with what is needed to judge the request again, which only ever is stored sealed. */
export function recordRefused(
  store: Pick<RefusedStore, 'record'>,
  request: RawCallback,
  refusal: Refusal,
  at: Date,
): void {
  const sample = refusedSample(request, request.body.byteLength, refusal, at);
  const { front, connector } = refusal;
  const kept = front && connector && keptRequestOf(request, front.keptHeaders(request.headers, connector.settings));
  const bodySha256 = createHash('sha256').update(request.body).digest('hex');
  store.record({ ...sample, bodySha256 }, kept);
}

/** The same for a request whose body is not looked at. `bodyBytes`: as many as were declared or seen. */
export function recordTooLarge(
  store: Pick<RefusedStore, 'record'>,
  head: Omit<RawCallback, 'body'>,
  bodyBytes: number,
  refusal: Refusal,
  at: Date,
): void {
  const { front, connector } = refusal;
  const kept =
    front &&
    connector &&
    keptRequestOf({ ...head, body: new Uint8Array() }, front.keptHeaders(head.headers, connector.settings));
  store.record(refusedSample(head, bodyBytes, refusal, at), kept && { ...kept, whole: false });
}

/** The part of a refused request that is shown. */
function refusedSample(head: Omit<RawCallback, 'body'>, bodyBytes: number, refusal: Refusal, at: Date): RefusedSample {
  const { connector, verdict } = refusal;
  return {
    ...(connector === undefined ? {} : { connectorId: connector.connectorId }),
    at: at.toISOString(),
    code: refusal.code,
    detail: refusal.detail,
    method: head.method.slice(0, 16),
    path: maskToken(head.path).slice(0, PATH_CHARACTERS),
    bodyBytes,
    headers: shownHeaders(head.headers),
    ...(verdict?.tried && { tried: verdict.tried }),
    ...(verdict?.signedAt !== undefined && { clockDifferenceMs: Date.parse(verdict.signedAt) - at.getTime() }),
  };
}

/** What stands behind the connector id may be somebody's capability token: only its beginning is shown. */
function maskToken(path: string): string {
  return path.replace(/(\/callbacks\/[^/]*\/[^/]{4})[^/]{4,}/, '$1…');
}

function shownHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const name of SHOWN_HEADERS) {
    const value = headers[name];
    if (value !== undefined) shown[name] = value;
  }
  for (const name of CREDENTIAL_HEADERS) {
    const schemes = headers[name]?.split(', ').flatMap((part) => SCHEME.exec(part) ?? []) ?? [];
    if (schemes.length > 0) shown[name] = schemes.map((scheme) => `${scheme} …`).join(', ');
  }
  return shown;
}
