import type { Notification } from '#shared/model/notification.ts';
import { chargebackIdOf, readReversal } from './dispute.ts';
import { at, isTree, type Tree } from './document.ts';
import { type EventRule, ruleOf } from './event-rules.ts';
import { idAt, isId, linksOf, timeAt } from './fields.ts';
import { received, transaction, unrecognized } from './notice.ts';
import { refundedId, withoutId } from './payment.ts';
import { readTokenDeletion, readTokenNews } from './payment-token.ts';
import { EVENT, type ResourceName, resourceOf } from './resource-names.ts';
import { READERS } from './resources.ts';
import type { StatementContext } from './statement-context.ts';

const EVENT_NAME = /^[A-Z][A-Z.-]{2,100}$/;

/** An event as it is pushed, or as PayPal's list of events has it. `believed`: money in it counts. */
export function readEvent(event: Tree, { believed }: { readonly believed: boolean }): readonly Notification[] {
  const eventId = idAt(event, 'id');
  const name = at(event, 'event_type');
  const resource = at(event, 'resource');
  const words = { id: eventId };
  if (typeof name !== 'string' || !EVENT_NAME.test(name) || !isTree(resource)) {
    const detail = 'The body has no event_type and resource, so it is no webhook event; it is kept.';
    return [unrecognized({ ...words, reason: 'missing_field', detail })];
  }
  const rule = ruleOf(name);
  if (rule === undefined) {
    const detail = `The event ${name} is none that is known here; it is kept.`;
    return [unrecognized({ ...words, reason: 'unknown_event', detail })];
  }
  const context: StatementContext = { eventId, eventTime: timeAt(event, 'create_time') };
  return rule.money && !believed ? hintsOf(rule, resource, context) : statementsOf(rule, name, resource, context);
}

function statementsOf(rule: EventRule, name: string, tree: Tree, context: StatementContext): readonly Notification[] {
  switch (rule.reads) {
    case 'notice':
      return [received({ id: context.eventId, reason: rule.reason, detail: `PayPal reported ${name}.` })];
    case 'token-deletion':
      return readTokenDeletion(tree, context, rule.status);
    case 'token-news':
      return readTokenNews(tree, context, rule.news);
    case 'reversal':
      return readReversal(tree, context, reversedId(tree));
    default: {
      // A name that moves no money stays so, whatever a body links to: the body may be forged.
      const resource = rule.money ? resourceNameOf(rule.reads, tree) : rule.reads;
      // The name of the event says how a refund ended, not the capture that it is a part of.
      const implied = resource === rule.reads || isSameObject(resource, rule.reads);
      return READERS[resource](tree, { ...context, impliedStatus: implied ? rule.implies : undefined });
    }
  }
}

/** What the API has to be asked for, and nothing else: no kind, no amount, no link of a body that may be forged. */
function hintsOf(rule: EventRule, tree: Tree, context: StatementContext): readonly Notification[] {
  if (rule.reads === 'reversal') {
    const reversed = reversedId(tree);
    const id = reversed === undefined ? idAt(tree, 'id') : chargebackIdOf(reversed);
    // Of a reversal the API has no object: its event is read again.
    return id === undefined ? [withoutId(context)] : [hint(id, EVENT)];
  }
  if (rule.reads === 'notice' || rule.reads === 'token-deletion' || rule.reads === 'token-news') return [];
  const resource = resourceNameOf(rule.reads, tree);
  const id = resourceIdOf(resource, tree);
  if (id === undefined) return [withoutId(context)];
  return [hint(id, resource)];
}

function hint(id: string, as: string): Notification {
  return transaction({ id, status: 'PENDING', hint: true, ask: { as } });
}

/** The id of an object, wherever its kind has it. */
export function resourceIdOf(resource: ResourceName, tree: Tree): string | undefined {
  switch (resource) {
    case 'dispute':
      return idAt(tree, 'dispute_id') ?? idAt(tree, 'id');
    case 'order':
      return idAt(tree, 'id') ?? idAt(tree, 'order_id');
    case 'invoice':
      return idAt(tree, 'invoice', 'id') ?? idAt(tree, 'id');
    case 'payouts-item':
      return idAt(tree, 'payout_item_id');
    case 'payouts-batch':
      return idAt(tree, 'batch_header', 'payout_batch_id') ?? idAt(tree, 'payout_batch_id');
    case 'referenced-payout-item':
      return idAt(tree, 'item_id');
    default:
      return idAt(tree, 'id');
  }
}

/** Which of PayPal's objects it is: its own link says it, before the event's name (a refund of a sale is no sale). */
function resourceNameOf(expected: ResourceName, tree: Tree): ResourceName {
  const [self] = linksOf(tree, ['self']);
  return (self === undefined ? undefined : resourceOf(self.collection)) ?? expected;
}

function isSameObject(a: ResourceName, b: ResourceName): boolean {
  return a.replace(/-v1$/, '') === b.replace(/-v1$/, '');
}

/** The payment that was reversed: linked from the reversal, or the object itself. */
function reversedId(tree: Tree): string | undefined {
  const linked = refundedId(tree);
  if (linked !== undefined) return linked;
  const [self] = linksOf(tree, ['self']);
  const name = self === undefined ? undefined : resourceOf(self.collection);
  const isPayment = name === 'capture' || name === 'capture-v1' || name === 'sale';
  return isPayment && isId(self?.id) ? self.id : undefined;
}
