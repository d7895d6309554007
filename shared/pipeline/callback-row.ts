import { createHash } from 'node:crypto';
import type { GatewayFront, RawCallback } from '#shared/gateways/gateway.ts';
import { membersOf } from '#shared/registry/members.ts';
import type { InboxRow } from './ports.ts';
import type { Proof } from './prove.ts';

/**
 * A proven callback as it is stored, filed under the connector whose secret matched. The key is made of body and signed
 * parts only: no arrival time, so that a repeat is the same row. `at`: when it was received.
 */
export function callbackRow(
  request: RawCallback,
  proof: Extract<Proof, { ok: true }>,
  front: GatewayFront,
  at: Date,
): InboxRow {
  const { connector, via, previousSecret } = proof;
  const { declared, keyId, algorithm, readings } = proof.verdict;
  const group = [via.connectorId, ...membersOf(via)].filter((id) => id !== connector.connectorId);
  return {
    callbackId: `${connector.connectorId}:${front.inboxKey('pushed', request.body, declared)}`,
    connectorId: connector.connectorId,
    merchantId: connector.merchantId,
    gateway: connector.gateway,
    source: 'pushed',
    mode: connector.testMode ? 'test' : 'live',
    receivedAt: at.toISOString(),
    method: request.method,
    path: request.path,
    rawQuery: request.rawQuery,
    headers: front.keptHeaders(request.headers, via.settings),
    declared,
    verdict: { keyId, algorithm, readings, ...(previousSecret ? { previousSecret } : {}) },
    connectorVersion: connector.version,
    ...(via.connectorId === connector.connectorId ? {} : { viaConnectorId: via.connectorId }),
    ...(group.length === 0 ? {} : { group }),
    body: request.body,
    bodySha256: createHash('sha256').update(request.body).digest('hex'),
  };
}
