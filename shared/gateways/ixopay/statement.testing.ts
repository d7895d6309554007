import type { Notification } from '#shared/model/notification.ts';
import type { NormalizedCallback } from '../gateway.ts';
import { outlineOf } from '../outline.testing.ts';
import { normalizeIxopay } from './normalize.ts';

export const DATE = 'Thu, 15 Jan 2026 09:30:00 UTC';

/** A pushed callback of these fields, or of this text, normalized. */
export function pushed(body: object | string): NormalizedCallback {
  return normalizeIxopay({ source: 'pushed', body: bytesOf(body), declared: { date: DATE } });
}

export function fetched(body: object | string, declared: Readonly<Record<string, string>> = {}): NormalizedCallback {
  return normalizeIxopay({ source: 'fetched', body: bytesOf(body), declared });
}

/** What a pushed callback says, as flat outlines; a good debit unless `fields` say otherwise. */
export function outlines(fields: object | string): Readonly<Record<string, unknown>>[] {
  const body = typeof fields === 'string' ? fields : { result: 'OK', uuid: 'u1', transactionType: 'DEBIT', ...fields };
  return pushed(body).notifications.map(outlineOf);
}

/** The first of them. */
export function outline(fields: object | string): Readonly<Record<string, unknown>> {
  return outlines(fields)[0] ?? {};
}

export function first(callback: NormalizedCallback): Notification | undefined {
  return callback.notifications[0];
}

/** An XML v2 callback around these elements. */
export function xmlCallback(inner: string): string {
  return `<?xml version="1.0" encoding="utf-8"?><callback xmlns="http://gateway.ixopay.com/Schema/V2/Callback">${inner}</callback>`;
}

function bytesOf(body: object | string): Uint8Array {
  return new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));
}
