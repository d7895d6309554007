import type { PostriderEvent, SubjectAddress } from '#shared/consumer/index.ts';

const CONNECTOR = 'acme-cc-1';

export function sequenceOf(version: number): string {
  return String(version).padStart(10, '0');
}

export interface PaymentEventParts {
  readonly version: number;
  readonly previous?: number;
  readonly id?: string;
  readonly connectorId?: string;
  readonly type?: string;
}

/** An event by interfaces.md, of a debit. */
export function paymentEvent(parts: PaymentEventParts): PostriderEvent {
  const { version, previous = version - 1, id = 'p1', connectorId = CONNECTOR } = parts;
  return {
    specversion: '1.0',
    id: `${connectorId}:transaction:${id}:${version}`,
    type: parts.type ?? 'payment.debit.updated',
    source: `/connectors/${connectorId}`,
    subject: `transaction/${id}`,
    time: new Date(Date.UTC(2026, 0, 15) + version * 60_000).toISOString(),
    datacontenttype: 'application/json',
    dataschema: 'https://postrider.test/schemas/transaction/1.json',
    sequence: sequenceOf(version),
    previoussequence: sequenceOf(previous),
    causeid: `${connectorId}:cause-${version}`,
    data: {
      version,
      merchantId: 'acme',
      connectorId,
      gateway: 'ixopay',
      id,
      testMode: true,
      reasons: ['status'],
      changes: ['status'],
      kind: 'debit',
      status: 'FINISHED',
      proven: true,
      final: true,
      contradictory: false,
      amount: { value: '24.50', minor: 2450, currency: 'EUR' },
    },
  };
}

/** The events 1 … count of one payment, each the next of the one before. */
export function paymentEvents(count: number, id = 'p1'): PostriderEvent[] {
  return Array.from({ length: count }, (_, index) => paymentEvent({ version: index + 1, id }));
}

export function addressOf(event: PostriderEvent): SubjectAddress {
  return { connectorId: event.source.slice('/connectors/'.length), subject: event.subject };
}
