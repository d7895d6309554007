import { randomBytes } from 'node:crypto';
import type { AdminClient } from './admin-client.ts';

/** The merchant and the connector that belong to the smoke test. */
export const CANARY = 'postrider-canary';
const SUBSCRIPTION = 'smoke';

export interface Canary {
  readonly callbackUrl: string;
  readonly queueUrl: string;
  readonly apiKey: string;
  readonly sharedSecret: string;
  /** From when on events are published to the queue; a new subscription has to wait (model.md 5). */
  readonly activeFrom: Date;
}

/**
 * Makes merchant, connector and subscription if they are missing. The connector gets a new secret each time: secrets
 * never come back out of the API, and so none has to be kept here.
 */
export async function ensureCanary(admin: AdminClient): Promise<Canary> {
  await admin.must('PUT', `/merchants/${CANARY}`, { name: 'Postrider smoke test' });
  const sharedSecret = randomBytes(24).toString('base64url');
  const connector = await admin.must('PUT', `/connectors/${CANARY}`, {
    merchantId: CANARY,
    gateway: 'ixopay',
    name: 'Postrider smoke test',
    testMode: true,
    active: true,
    settings: { apiKey: CANARY },
    secrets: { sharedSecret },
  });
  const subscription = await admin.must('PUT', `/merchants/${CANARY}/subscriptions/${SUBSCRIPTION}`, {
    queue: { managed: true, fifo: true },
    types: ['*'],
    mode: 'test',
  });
  const filters = subscription['filters'];
  const newest: unknown = Array.isArray(filters) ? filters.at(-1) : undefined;
  const from = typeof newest === 'object' && newest !== null && 'from' in newest ? String(newest.from) : '';
  return {
    callbackUrl: text(connector, 'callbackUrl'),
    queueUrl: text(subscription, 'queueUrl'),
    apiKey: CANARY,
    sharedSecret,
    activeFrom: Number.isNaN(Date.parse(from)) ? new Date(0) : new Date(from),
  };
}

/** A stored callback as the admin API lists it. */
export interface StoredCallback {
  readonly bodySha256: string;
  readonly path: string;
  readonly rawQuery: string;
  /** How the signature was read: contentType, date, path. */
  readonly verdict: Readonly<Record<string, unknown>>;
}

/** What the canary connector has stored since a time. */
export async function storedSince(admin: AdminClient, from: Date): Promise<readonly StoredCallback[]> {
  const stored: StoredCallback[] = [];
  let cursor: unknown = null;
  do {
    const next = typeof cursor === 'string' ? `&cursor=${encodeURIComponent(cursor)}` : '';
    const path = `/callbacks?connectorId=${CANARY}&from=${from.toISOString()}&limit=100${next}`;
    const page = await admin.must('GET', path);
    const items: readonly unknown[] = Array.isArray(page['items']) ? page['items'] : [];
    stored.push(...items.map(readStored));
    cursor = page['cursor'];
  } while (typeof cursor === 'string');
  return stored;
}

function readStored(item: unknown): StoredCallback {
  const row: Readonly<Record<string, unknown>> = typeof item === 'object' && item !== null ? { ...item } : {};
  const verdict = row['verdict'];
  return {
    bodySha256: text(row, 'bodySha256'),
    path: text(row, 'path'),
    rawQuery: text(row, 'rawQuery'),
    verdict: typeof verdict === 'object' && verdict !== null ? { ...verdict } : {},
  };
}

function text(record: Readonly<Record<string, unknown>>, member: string): string {
  const value = record[member];
  if (typeof value === 'string') return value;
  throw new Error(`the admin API answered an object without ${member}; is it of this release?`);
}
