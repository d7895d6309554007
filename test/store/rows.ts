import { createHash } from 'node:crypto';
import type { JsonValue } from '#shared/model/fact.ts';
import type { SubjectKey } from '#shared/model/vocabulary.ts';
import type { HeadRow, InboxRow, ParkingCursor, VersionRow } from '#shared/pipeline/ports.ts';

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
  '\uFFFD',
  '\uFFFE',
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

export function subjectOf(id: string, change: Partial<SubjectKey> = {}): SubjectKey {
  return { connectorId: 'acme-cc-1', type: 'transaction', id, ...change };
}

export function versionOf(id: string, version: number, change: Partial<VersionRow> = {}): VersionRow {
  const data: Record<string, JsonValue> = { version, id, status: 'FINISHED', amount: { value: '24.50', minor: 2450 } };
  return {
    key: subjectOf(id),
    version,
    time: timeAt(version * 1000),
    merchantId: 'acme',
    gateway: 'ixopay',
    mode: 'live',
    evidence: { 'claim/pushed/FINISHED': { rank: [1, 'x', 2], value: { b: 1, a: [true, null, 'é\uD83D'] } } },
    type: 'payment.debit.finished',
    data,
    causeId: `acme-cc-1:cause-${id}-${version}`,
    cause: 'callback',
    lastByType: version === 1 ? {} : { 'payment.debit.pending': { version: 1, time: timeAt(1000) } },
    ...change,
  };
}

export function headOf(id: string, version: number, change: Partial<HeadRow> = {}): HeadRow {
  return {
    key: subjectOf(id),
    version,
    merchantId: 'acme',
    mode: 'live',
    createdAt: timeAt(0),
    updatedAt: timeAt(version * 1000),
    kind: 'debit',
    status: 'FINISHED',
    flags: [],
    aliases: [],
    ...change,
  };
}

export function parkingOf(id: string, change: Partial<ParkingCursor> = {}): ParkingCursor {
  return {
    merchantId: 'acme',
    subscriptionId: 'main',
    subject: subjectOf(id),
    from: 2,
    upTo: 4,
    attempts: 1,
    nextAt: timeAt(1000),
    state: 'waiting',
    parkedAt: timeAt(0),
    lastError: 'AccessDenied: é',
    ...change,
  };
}
