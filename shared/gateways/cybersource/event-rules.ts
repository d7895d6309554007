import type { TransactionKind } from '#shared/model/vocabulary.ts';

/** How the payload of an event is read: one row of the table of events (docs/gateways/cybersource.md). */
export type EventRule =
  /** A transaction whose kind and result the event names; `outcome` is the result where the payload has no status. */
  | {
      readonly read: 'operation';
      readonly kind: TransactionKind;
      readonly outcome: 'FINISHED' | 'PENDING' | 'ERROR' | 'REVIEW';
      /** False: the result may still change (eCheck returns). @default true, PENDING aside */
      readonly final?: false;
      /** A standalone credit has no original. */
      readonly standalone?: true;
    }
  /** A payment whose status alone says what became of it. */
  | { readonly read: 'payment'; readonly of: 'card' | 'alternative' }
  | { readonly read: 'schedule'; readonly status: 'ACTIVE' | 'ERROR'; readonly charge: 'FINISHED' | 'ERROR' | 'none' }
  | { readonly read: 'token'; readonly news: 'registered' | 'updated' | 'by-reason' }
  /** Paid, or partly, or called off: the order moves no money of its own. */
  | { readonly read: 'order'; readonly outcome: 'FINISHED' | 'PENDING' | 'CANCELLED' }
  /** Understood, and about no transaction of its own; `effect`: what it means for the transaction. */
  | { readonly read: 'notice'; readonly reason: string; readonly effect?: 'ask' | 'reject' };

const RULES = new Map<string, EventRule>();

function rule(events: string, value: EventRule): void {
  for (const event of events.split(' ')) RULES.set(event, value);
}

function operation(
  kind: TransactionKind,
  outcome: Extract<EventRule, { read: 'operation' }>['outcome'],
  more: { readonly final?: false; readonly standalone?: true } = {},
): EventRule {
  return { read: 'operation', kind, outcome, ...more };
}

const CREDIT = { standalone: true } as const;
const RETURNABLE = { final: false } as const;

// Product payments.
rule('payments.authorization.status.accepted', operation('preauthorize', 'FINISHED'));
rule('payments.authorization.status.partiallyapproved', operation('preauthorize', 'FINISHED'));
rule('payments.authorization.status.reviewed', operation('preauthorize', 'REVIEW'));
rule('payments.authorization.status.rejected', operation('preauthorize', 'ERROR'));
rule('payments.capture.status.accepted', operation('capture', 'PENDING'));
rule('payments.capture.status.updated', operation('capture', 'FINISHED'));
rule('payments.refund.status.accepted', operation('refund', 'PENDING'));
rule('payments.refund.status.updated', operation('refund', 'FINISHED'));
rule('payments.credit.status.accepted', operation('refund', 'PENDING', CREDIT));
rule('payments.credit.status.updated', operation('refund', 'FINISHED', CREDIT));
rule('payments.void.status.accepted payments.reversal.status.accepted', operation('void', 'FINISHED'));
rule('payments.void.status.rejected payments.reversal.status.rejected', operation('void', 'ERROR'));
// Product alternativePaymentMethods.
rule('payments.payments.updated', { read: 'payment', of: 'alternative' });
// Product eCheck: a return may come weeks later.
rule('payments.payments.accepted', operation('debit', 'FINISHED', RETURNABLE));
rule('payments.payments.failed', operation('debit', 'ERROR', RETURNABLE));
rule('payments.credits.accepted', operation('refund', 'FINISHED', { ...RETURNABLE, ...CREDIT }));
rule('payments.credits.failed', operation('refund', 'ERROR', { ...RETURNABLE, ...CREDIT }));
rule('payments.voids.accepted', operation('void', 'FINISHED', RETURNABLE));
rule('payments.voids.failed', operation('void', 'ERROR', RETURNABLE));
// Product cardProcessing, the older names.
const OLDER = [
  ['payments', 'preauthorize', {}],
  ['captures', 'capture', {}],
  ['refunds', 'refund', {}],
  ['credits', 'refund', CREDIT],
  ['reversals', 'void', {}],
  ['voids', 'void', {}],
] as const;
for (const [name, kind, more] of OLDER) {
  rule(`payments.${name}.accept payments.${name}.partial.approval`, operation(kind, 'FINISHED', more));
  rule(`payments.${name}.review`, operation(kind, 'REVIEW', more));
  rule(`payments.${name}.reject`, operation(kind, 'ERROR', more));
}
// Product recurringBilling.
rule('rbs.subscriptions.charge.created', { read: 'schedule', status: 'ACTIVE', charge: 'FINISHED' });
rule('rbs.subscriptions.charge.failed', { read: 'schedule', status: 'ERROR', charge: 'ERROR' });
rule('rbs.subscriptions.charge.pre-notified', { read: 'schedule', status: 'ACTIVE', charge: 'none' });
// Product tokenManagement.
rule('tms.networktoken.provisioned tms.token.created', { read: 'token', news: 'registered' });
rule('tms.networktoken.binding tms.token.updated tms.token.pan_updated', { read: 'token', news: 'updated' });
rule('tms.networktoken.updated', { read: 'token', news: 'by-reason' });
// Product unifiedCheckout.
rule('uc.orders.transactionresults', { read: 'payment', of: 'card' });
// Products payByLink and customerInvoicing.
rule('paybylink.customer.payment paybylink.merchant.payment', { read: 'order', outcome: 'FINISHED' });
rule('invoicing.customer.invoice.paid', { read: 'order', outcome: 'FINISHED' });
rule('invoicing.customer.invoice.partial-payment', { read: 'order', outcome: 'PENDING' });
for (const to of ['customer', 'merchant']) {
  for (const what of ['send', 'reminder', 'overdue-reminder']) {
    rule(`invoicing.${to}.invoice.${what}`, { read: 'notice', reason: `invoice_${what.replace('-', '_')}` });
  }
  rule(`invoicing.${to}.invoice.cancel`, { read: 'order', outcome: 'CANCELLED' });
}
// Products decisionManager and fraudManagementEssentials.
rule('risk.casemanagement.decision.accept', { read: 'notice', reason: 'risk_case_accepted', effect: 'ask' });
rule('risk.casemanagement.decision.reject', { read: 'notice', reason: 'risk_case_rejected', effect: 'reject' });
rule('risk.casemanagement.addnote', { read: 'notice', reason: 'risk_case_note' });
rule('risk.profile.decision.reject', { read: 'notice', reason: 'risk_profile_reject', effect: 'ask' });
rule('risk.profile.decision.review', { read: 'notice', reason: 'risk_profile_review', effect: 'ask' });
rule('risk.profile.decision.monitor', { read: 'notice', reason: 'risk_profile_monitor' });
// Product accountUpdater: results stand in a batch that is fetched elsewhere.
rule('aura.batch.status.update', { read: 'notice', reason: 'account_updater_batch' });

/** The rule of an event, whatever case it is written in; undefined: nobody has said what it means. */
export function eventRule(event: string): EventRule | undefined {
  return RULES.get(event.toLowerCase());
}

/** All events that are understood, in lower case. */
export const KNOWN_EVENTS: readonly string[] = [...RULES.keys()];
