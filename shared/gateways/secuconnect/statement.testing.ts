import type { Notification } from '#shared/model/notification.ts';
import { outlineOf } from '../outline.testing.ts';
import { normalizeSecuconnect } from './normalize.ts';

const encode = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));

/** Notifications of an answer of the gateway's. */
export function fetched(object: unknown, declared: Record<string, string> = {}): readonly Notification[] {
  return normalizeSecuconnect({ source: 'fetched', body: encode(object), declared }).notifications;
}

export function pushed(push: unknown): readonly Notification[] {
  return normalizeSecuconnect({ source: 'pushed', body: encode(push), declared: {} }).notifications;
}

/** A payment of EUR 42.00 as it stands. */
export function payment(statusSimple: number | undefined, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    object: 'payment.transactions',
    id: 'PCI_ONE',
    amount: 4200,
    currency: 'EUR',
    order_id: 'ORD-1',
    updated: '2026-03-02T10:00:00+01:00',
    ...(statusSimple !== undefined && { details: { status_simple: statusSimple } }),
    ...more,
  };
}

/** `kind status amount` of each, in short: `debit FINISHED 42.00 EUR`; a derived subject with its suffix before. */
export function inShort(notifications: readonly Notification[]): readonly string[] {
  return notifications.map((notification) => {
    const outline = outlineOf(notification);
    if (notification.about !== 'transaction') return `${outline['type']} ${outline['status'] ?? outline['register']}`;
    const [, suffix] = notification.id.split('~');
    const words = [notification.kind ?? 'unknown', notification.status, notification.cancelled && 'cancelled'];
    return [suffix && `~${suffix}`, ...words, outline['amount']].filter(Boolean).join(' ');
  });
}
