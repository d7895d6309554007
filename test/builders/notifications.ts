import { digestOfValue } from '#shared/model/canonical.ts';
import type { Evidence, Fact } from '#shared/model/fact.ts';
import { factsOf } from '#shared/model/facts-of.ts';
import { evidenceOf } from '#shared/model/merge.ts';
import { readMoney } from '#shared/model/money.ts';
import type { AmountGroup, Money, Notification, Origin, TransactionNotification } from '#shared/model/notification.ts';
import type { Correction, Source, TransactionKind, TransactionStatus } from '#shared/model/vocabulary.ts';

/** One statement about a transaction in a few words; what is not given is as an ordinary IXOPAY callback has it. */
export interface Statement {
  readonly id?: string;
  readonly kind?: TransactionKind;
  readonly source?: Source;
  readonly status: TransactionStatus;
  readonly correction?: Correction;
  readonly amount?: string;
  readonly original?: string;
  readonly currency?: string;
  readonly of?: string;
  readonly signedAt?: string;
  readonly askedAt?: string;
  readonly settles?: readonly string[];
  /** Content digest; by default made from all of the statement but its dates. */
  readonly digest?: string;
  readonly more?: Partial<TransactionNotification>;
}

export function money(value: string, currency = 'EUR'): Money {
  const reading = readMoney(value, currency, 'amount');
  if (reading.money === undefined) throw new Error(`no money: ${value} ${currency}`);
  return reading.money;
}

export function digestOf(statement: Statement): string {
  const { signedAt: _, askedAt: __, settles: ___, digest, ...content } = statement;
  return digest ?? digestOfValue(content);
}

export function said(statement: Statement): { notification: Notification; origin: Origin } {
  const {
    kind = 'debit',
    status,
    correction = 'none',
    source = 'pushed',
    amount,
    original,
    currency = 'EUR',
  } = statement;
  const group: AmountGroup | undefined =
    amount === undefined
      ? undefined
      : { amount: money(amount, currency), ...(original && { original: money(original, currency) }) };
  return {
    notification: {
      about: 'transaction',
      id: statement.id ?? 'tx-1',
      kind,
      status,
      final: status === 'FINISHED',
      correction,
      expiresAfterMinutes: 60,
      ...(group && { amount: group }),
      ...(statement.of !== undefined && { original: { id: statement.of, link: 'reference' as const } }),
      fields: {},
      anomalies: [],
      ...statement.more,
    },
    origin: {
      source,
      contentDigest: digestOf(statement),
      ...(statement.signedAt !== undefined && { signedAt: statement.signedAt }),
      ...(statement.askedAt !== undefined && { askedAt: statement.askedAt }),
      ...(statement.settles !== undefined && { settles: statement.settles }),
    },
  };
}

export function factsSaid(...statements: readonly Statement[]): Fact[] {
  return statements.flatMap((statement) => {
    const { notification, origin } = said(statement);
    return factsOf(notification, origin);
  });
}

export function evidenceSaid(...statements: readonly Statement[]): Evidence {
  return evidenceOf(factsSaid(...statements));
}
