import { createHash } from 'node:crypto';
import type { InboxRow } from '#shared/pipeline/ports.ts';

/** Ids as gateways and attackers may send them: each must come back as it went in and never match another. */
export const STRANGE_IDS: readonly string[] = [
  'plain-1',
  'per%cent',
  'per_cent',
  "o'neil",
  'double"quote',
  'semi;colon--',
  'back\\slash',
  'new\nline',
  'nul\u0000a',
  'nul\u0000b',
  'colon:in:it',
  'slash/in/it',
  'hash#in#it',
  'é',
  'e\u0301',
  '💳',
  '\uD800',
  '\uD801',
  '\uFFFD',
  '\uFFFE',
  '\uFFFEd800',
  ' ',
  'A',
  'a',
];

/** 2026-01-15T09:00:00.000Z and so many milliseconds. */
export function timeAt(ms: number): string {
  return new Date(Date.UTC(2026, 0, 15, 9) + ms).toISOString();
}

export function inboxRowOf(key: string, change: Partial<InboxRow> = {}): InboxRow {
  const connectorId = change.connectorId ?? 'acme-cc-1';
  const body = change.body ?? Buffer.from(`{"uuid":"${key}"}`);
  return {
    callbackId: `${connectorId}:${key}`,
    connectorId,
    merchantId: 'acme',
    gateway: 'ixopay',
    source: 'pushed',
    mode: 'live',
    receivedAt: timeAt(0),
    method: 'POST',
    path: `/callbacks/${connectorId}`,
    rawQuery: '',
    headers: { 'content-type': 'application/json; charset=utf-8', date: 'Thu, 15 Jan 2026 09:00:00 UTC' },
    declared: { date: 'Thu, 15 Jan 2026 09:00:00 UTC' },
    verdict: {
      keyId: 'k1',
      algorithm: 'hmac-sha512/sha512',
      readings: { contentType: 'received', date: 'Date', path: 'registered' },
    },
    bodySha256: createHash('sha256').update(body).digest('hex'),
    ...change,
    body,
  };
}
