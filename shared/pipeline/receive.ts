import { createHash } from 'node:crypto';
import type { GatewayFront, GenuineVerdict, HttpAnswer, RawCallback, Verdict } from '#shared/gateways/gateway.ts';
import type { GatewayName } from '#shared/model/vocabulary.ts';
import type { ConnectorLookup } from '#shared/registry/connector-lookup.ts';
import type { Connector } from '#shared/registry/records.ts';
import type { SecretReader } from '#shared/registry/secret-reader.ts';
import { type CallbackAddress, readCallbackPath } from './callback-path.ts';
import type { Clock, InboxRow, InboxStore, RefusedSample, RefusedStore } from './ports.ts';

/** Largest body taken in, raw bytes (interfaces.md "Codes on a callback URL"). */
export const MAX_BODY_BYTES = 1_048_576;
/** What a sender is asked to wait after a 503. */
const RETRY_AFTER_SECONDS = 5;
const SAMPLE_PATH_CHARACTERS = 256;
/** Headers that may stand in a refused sample: nothing that carries a signature or a credential. */
const SAMPLE_HEADERS = ['content-type', 'content-length', 'date', 'x-date', 'user-agent', 'host'];

export interface ReceiveDeps {
  readonly connectors: ConnectorLookup;
  readonly secrets: SecretReader;
  readonly fronts: Readonly<Partial<Record<GatewayName, GatewayFront>>>;
  readonly inbox: Pick<InboxStore, 'put'>;
  readonly refused: Pick<RefusedStore, 'record'>;
  readonly clock: Clock;
  /** Path of the public URL without a trailing slash; '' where it has none. */
  readonly basePath: string;
  /** Told of storage trouble (the sender only sees a 503). */
  readonly trouble: (error: unknown) => void;
}

/** The head of a request, for refusals that are decided before the body is read. */
export type CallbackHead = Omit<RawCallback, 'body'>;

/**
 * The whole way before the answer (DESIGN.md invariant 1): size, path, connector, method, signature, one durable write,
 * the gateway's own success answer. Never rejects; whatever goes wrong on our side is a 503, so that the gateway comes again.
 */
export async function receive(deps: ReceiveDeps, request: RawCallback): Promise<HttpAnswer> {
  if (request.body.byteLength > MAX_BODY_BYTES) return refuseTooLarge(deps, request, request.body.byteLength);
  try {
    return await takeIn(deps, request);
  } catch (error) {
    deps.trouble(error);
    return unavailable();
  }
}

/** 413, counted with its connector where that is known. `bodyBytes`: as many as were declared or seen. */
export async function refuseTooLarge(deps: ReceiveDeps, head: CallbackHead, bodyBytes: number): Promise<HttpAnswer> {
  const detail = `the body has ${bodyBytes} bytes or more, ${MAX_BODY_BYTES} are taken`;
  let connectorId: string | undefined;
  try {
    const address = readCallbackPath(head.path, deps.basePath);
    if (address !== undefined) connectorId = (await deps.connectors.find(address.connectorId))?.connectorId;
  } catch (error) {
    deps.trouble(error);
  }
  deps.refused.record(sampleOf(deps, head, bodyBytes, { code: 'too_large', detail, connectorId }));
  return constant(413, 'The body is larger than 1 MiB.\n');
}

async function takeIn(deps: ReceiveDeps, request: RawCallback): Promise<HttpAnswer> {
  const address = readCallbackPath(request.path, deps.basePath);
  if (address === undefined)
    return unknownUrl(deps, request, 'the path is no callback URL: an id is invalid or a segment too many');
  const connector = await deps.connectors.find(address.connectorId);
  if (connector === undefined) return unknownUrl(deps, request, 'no connector has the id that stands in the path');
  const front = deps.fronts[connector.gateway];
  if (front === undefined) return incomplete(deps, request, connector);
  if (address.token !== undefined)
    return unknownUrl(deps, request, `${front.name} signs: its URL has no second segment`, connector);
  if (!front.methods.includes(request.method)) return wrongMethod(deps, request, front, connector);

  const proof = await prove(deps, request, address, connector, front);
  if (!proof.verdict.ok) {
    const { code, detail } = proof.verdict;
    refuse(deps, request, { code, detail, connectorId: connector.connectorId });
    return constant(401, 'The signature was refused.\n');
  }
  return store(deps, request, proof.connector, front, proof.verdict);
}

interface Proof {
  /** The row that the verdict was made with: the newest that was read. */
  readonly connector: Connector;
  readonly verdict: Verdict;
}

/** Before it refuses it asks the registry once more: the secret may have changed since the row was read. */
async function prove(
  deps: ReceiveDeps,
  request: RawCallback,
  address: CallbackAddress,
  connector: Connector,
  front: GatewayFront,
): Promise<Proof> {
  const verdict = await verifyWith(deps, request, connector, front);
  if (verdict.ok) return { connector, verdict };
  const newest = await deps.connectors.findAgain(address.connectorId);
  if (newest === undefined || newest.version === connector.version) return { connector, verdict };
  return { connector: newest, verdict: await verifyWith(deps, request, newest, front) };
}

async function verifyWith(
  deps: ReceiveDeps,
  request: RawCallback,
  connector: Connector,
  front: GatewayFront,
): Promise<Verdict> {
  const credentials = {
    connectorId: connector.connectorId,
    registeredPath: `${deps.basePath}/callbacks/${connector.connectorId}`,
    settings: connector.settings,
    secrets: await deps.secrets(connector),
  };
  return front.verify(request, credentials, deps.clock.now());
}

async function store(
  deps: ReceiveDeps,
  request: RawCallback,
  connector: Connector,
  front: GatewayFront,
  verdict: GenuineVerdict,
): Promise<HttpAnswer> {
  const row = rowOf(request, connector, front, verdict, deps.clock.now());
  const outcome = await deps.inbox.put(row);
  if (outcome !== 'other_body') return front.acknowledge(outcome);
  const detail = 'a callback with the same key and another body is stored already';
  refuse(deps, request, { code: 'other_body', detail, connectorId: connector.connectorId });
  return constant(409, 'Another body is stored under the same key.\n');
}

/** The key is made of body and signed parts only: no arrival time, so that a repeat is the same row. */
function rowOf(
  request: RawCallback,
  connector: Connector,
  front: GatewayFront,
  verdict: GenuineVerdict,
  now: Date,
): InboxRow {
  const { declared, keyId, algorithm, readings } = verdict;
  return {
    callbackId: `${connector.connectorId}:${front.inboxKey('pushed', request.body, declared)}`,
    connectorId: connector.connectorId,
    merchantId: connector.merchantId,
    gateway: connector.gateway,
    source: 'pushed',
    mode: connector.testMode ? 'test' : 'live',
    receivedAt: now.toISOString(),
    method: request.method,
    path: request.path,
    rawQuery: request.rawQuery,
    headers: front.keptHeaders(request.headers),
    declared,
    verdict: { keyId, algorithm, readings },
    connectorVersion: connector.version,
    body: request.body,
    bodySha256: sha256(request.body),
  };
}

function unknownUrl(deps: ReceiveDeps, request: RawCallback, detail: string, connector?: Connector): HttpAnswer {
  refuse(deps, request, { code: 'unknown_connector', detail, connectorId: connector?.connectorId });
  return constant(404, 'No connector has this callback URL.\n');
}

/** Nothing is known of the callback but that it cannot be judged yet: the gateway is asked to come again. */
function incomplete(deps: ReceiveDeps, request: RawCallback, connector: Connector): HttpAnswer {
  const detail = `the connector cannot verify callbacks: /gateway ${connector.gateway} has no adapter in this release`;
  refuse(deps, request, { code: 'incomplete', detail, connectorId: connector.connectorId });
  return unavailable();
}

function wrongMethod(deps: ReceiveDeps, request: RawCallback, front: GatewayFront, connector: Connector): HttpAnswer {
  const allowed = front.methods.join(', ');
  const detail = `${front.name} calls with ${allowed}, this came with ${request.method.slice(0, 16)}`;
  refuse(deps, request, { code: 'method', detail, connectorId: connector.connectorId });
  const answer = constant(405, `Only ${allowed} is taken here.\n`);
  return { ...answer, headers: { ...answer.headers, allow: allowed } };
}

interface Refusal {
  readonly code: RefusedSample['code'];
  readonly detail: string;
  readonly connectorId: string | undefined;
}

function refuse(deps: ReceiveDeps, request: RawCallback, refusal: Refusal): void {
  const sample = sampleOf(deps, request, request.body.byteLength, refusal);
  deps.refused.record({ ...sample, bodySha256: sha256(request.body) });
}

function sampleOf(deps: ReceiveDeps, head: CallbackHead, bodyBytes: number, refusal: Refusal): RefusedSample {
  return {
    ...(refusal.connectorId === undefined ? {} : { connectorId: refusal.connectorId }),
    at: deps.clock.now().toISOString(),
    code: refusal.code,
    detail: refusal.detail,
    method: head.method.slice(0, 16),
    path: maskToken(head.path).slice(0, SAMPLE_PATH_CHARACTERS),
    bodyBytes,
    headers: pick(head.headers, SAMPLE_HEADERS),
  };
}

/** What stands behind the connector id may be somebody's capability token: only its beginning is shown. */
function maskToken(path: string): string {
  return path.replace(/(\/callbacks\/[^/]*\/[^/]{4})[^/]{4,}/, '$1…');
}

function pick(headers: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}

function sha256(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

/** The sender learns nothing but the kind of trouble: bodies are constant. */
function constant(status: number, body: string): HttpAnswer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

function unavailable(): HttpAnswer {
  const answer = constant(503, 'Not stored; please send it again.\n');
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(RETRY_AFTER_SECONDS) } };
}
