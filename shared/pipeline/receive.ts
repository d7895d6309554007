import { type FrontTable, loadFront } from '#shared/gateways/front-table.ts';
import type { GatewayFront, HttpAnswer, RawCallback, RemoteTools } from '#shared/gateways/gateway.ts';
import { FAILED_ANSWER, plainAnswer } from '#shared/gateways/plain-answers.ts';
import type { ConnectorLookup } from '#shared/registry/connector-lookup.ts';
import { describeMissing, type Readiness, readinessOf } from '#shared/registry/readiness.ts';
import type { Connector } from '#shared/registry/records.ts';
import { isRetired, retiresAt } from '#shared/registry/retirement.ts';
import type { SecretReader } from '#shared/registry/secret-reader.ts';
import { tokenMatches } from '#shared/registry/token-digest.ts';
import { type CallbackAddress, readCallbackPath } from './callback-path.ts';
import { callbackRow } from './callback-row.ts';
import type { Clock, InboxStore, RefusedStore } from './ports.ts';
import { prove } from './prove.ts';
import { type Refusal, recordRefused, recordTooLarge } from './refused-sample.ts';

/** Largest body taken in, raw bytes (interfaces.md "Codes on a callback URL"). */
export const MAX_BODY_BYTES = 1_048_576;

export interface ReceiveDeps {
  readonly connectors: ConnectorLookup;
  readonly secrets: SecretReader;
  /** Only that of the connector at hand is loaded. */
  readonly fronts: FrontTable;
  readonly inbox: Pick<InboxStore, 'put'>;
  readonly refused: Pick<RefusedStore, 'record'>;
  readonly clock: Clock;
  /** Path of the public URL without a trailing slash; '' where it has none. */
  readonly basePath: string;
  /** How long a connector out of use takes callbacks. @default RETIRED_AFTER_DAYS */
  readonly retiredAfterDays?: number;
  /** For gateways that sign with certificates (prove.ts). */
  readonly remote?: () => Promise<RemoteTools>;
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
    return FAILED_ANSWER;
  }
}

/** 413, counted with its connector where that is known. `bodyBytes`: as many as were declared or seen. */
export async function refuseTooLarge(deps: ReceiveDeps, head: CallbackHead, bodyBytes: number): Promise<HttpAnswer> {
  const detail = `the body has ${bodyBytes} bytes or more, ${MAX_BODY_BYTES} are taken`;
  let connector: Connector | undefined;
  let front: GatewayFront | undefined;
  try {
    const address = readCallbackPath(head.path, deps.basePath);
    if (address !== undefined) connector = await deps.connectors.find(address.connectorId);
    if (connector !== undefined) front = await loadFront(deps.fronts, connector.gateway);
  } catch (error) {
    deps.trouble(error);
  }
  recordTooLarge(deps.refused, head, bodyBytes, { code: 'too_large', detail, connector, front }, deps.clock.now());
  return plainAnswer(413, 'The body is larger than 1 MiB.\n');
}

async function takeIn(deps: ReceiveDeps, request: RawCallback): Promise<HttpAnswer> {
  const address = readCallbackPath(request.path, deps.basePath);
  if (address === undefined)
    return unknownUrl(deps, request, 'the path is no callback URL: an id is invalid or a segment too many');
  const connector = await openConnector(deps, address);
  if (connector === undefined) return unknownUrl(deps, request, 'no connector has the id that stands in the path');
  const front = await loadFront(deps.fronts, connector.gateway);
  const at: Place = { connector, front };
  // Also while it is being set up: a gateway may ask before it gives the key that makes the connector ready.
  const probed = front?.probe?.(request.method, address.token);
  if (probed !== undefined) return probed;
  const readiness = readinessOf(connector, deps.fronts);
  const now = deps.clock.now();
  const wrongToken = tokenProblem(connector, address, now);
  if (wrongToken !== undefined) return unknownUrl(deps, request, wrongToken, at);
  if (isRetired(connector, now, deps.retiredAfterDays)) return retired(deps, request, at);
  if (!readiness.ready || front === undefined) return incomplete(deps, request, at, readiness);
  if (!front.methods.includes(request.method)) return wrongMethod(deps, request, front, at);

  const proof = await prove(deps, request, connector, front);
  if (!proof.ok) {
    const { verdict } = proof;
    refuse(deps, request, { code: verdict.code, detail: verdict.detail, ...at, verdict });
    return front.acknowledge(verdict.retry === true ? 'failed' : 'refused');
  }
  const row = callbackRow(request, proof, front, deps.clock.now());
  const outcome = await deps.inbox.put(row);
  if (outcome !== 'other_body') return front.acknowledge(outcome);
  if (front.repeatsDiffer) return front.acknowledge('duplicate');
  const detail = 'a callback with the same key and another body is stored already';
  refuse(deps, request, { code: 'other_body', detail, connector: proof.connector, front });
  return plainAnswer(409, 'Another body is stored under the same key.\n');
}

/** Whose URL was called, as far as that is known. */
interface Place {
  readonly connector: Connector;
  readonly front: GatewayFront | undefined;
}

/** What a row of up to a minute ago keeps out may have been let in since: the registry is asked once more. */
async function openConnector(deps: ReceiveDeps, address: CallbackAddress): Promise<Connector | undefined> {
  const connector = await deps.connectors.find(address.connectorId);
  if (connector === undefined) return undefined;
  const now = deps.clock.now();
  const isOpen =
    tokenProblem(connector, address, now) === undefined &&
    !isRetired(connector, now, deps.retiredAfterDays) &&
    readinessOf(connector, deps.fronts).ready;
  return isOpen ? connector : deps.connectors.findAgain(address.connectorId);
}

/** Where the gateway does not sign, the URL ends in a token that only the gateway was told; elsewhere in nothing. */
function tokenProblem(connector: Connector, { token }: CallbackAddress, now: Date): string | undefined {
  const { callbackTokenSha256, previousCallbackTokens = [] } = connector;
  if (callbackTokenSha256 === undefined) {
    return token === undefined ? undefined : `${connector.gateway} signs: its URL has no second segment`;
  }
  if (token === undefined) return 'the URL lacks the token that was shown when it was made';
  const valid = previousCallbackTokens.filter(({ validUntil }) => now.toISOString() < validUntil);
  const digests = [callbackTokenSha256, ...valid.map(({ sha256 }) => sha256)];
  return digests.some((digest) => tokenMatches(token, digest)) ? undefined : 'the token in the URL is not the one';
}

function unknownUrl(deps: ReceiveDeps, request: RawCallback, detail: string, at?: Place): HttpAnswer {
  refuse(deps, request, { code: 'unknown_connector', detail, ...at });
  return plainAnswer(404, 'No connector has this callback URL.\n');
}

/** Nothing is known of the callback but that it cannot be judged yet: the gateway is asked to come again. */
function incomplete(deps: ReceiveDeps, request: RawCallback, at: Place, readiness: Readiness): HttpAnswer {
  const missing = readiness.ready ? [] : readiness.missing;
  const detail = `the connector cannot verify callbacks; missing: ${describeMissing(missing)}`;
  refuse(deps, request, { code: 'incomplete', detail, ...at });
  return FAILED_ANSWER;
}

function retired(deps: ReceiveDeps, request: RawCallback, at: Place): HttpAnswer {
  const end = retiresAt(at.connector, deps.retiredAfterDays);
  const detail = `the connector has been out of use for too long: its callbacks were taken until ${end}`;
  refuse(deps, request, { code: 'retired', detail, ...at });
  return plainAnswer(410, 'This callback URL is out of use.\n');
}

function wrongMethod(deps: ReceiveDeps, request: RawCallback, front: GatewayFront, at: Place): HttpAnswer {
  const allowed = front.methods.join(', ');
  const detail = `${front.name} calls with ${allowed}, this came with ${request.method.slice(0, 16)}`;
  refuse(deps, request, { code: 'method', detail, ...at });
  const answer = plainAnswer(405, `Only ${allowed} is taken here.\n`);
  return { ...answer, headers: { ...answer.headers, allow: allowed } };
}

function refuse(deps: ReceiveDeps, request: RawCallback, refusal: Refusal): void {
  recordRefused(deps.refused, request, refusal, deps.clock.now());
}
