import { eventRule } from './event-rules.ts';
import { isTree, own, type Tree, textOf } from './tree.ts';

/** A product and its events, as a subscription names them. */
export interface Product {
  readonly productId: string;
  readonly eventTypes: readonly string[];
}

/** What can be subscribed to, and what was left out of it, one line each. */
export interface Choice {
  readonly products: readonly Product[];
  readonly notes: readonly string[];
}

const MAX_PRODUCTS = 50;

/**
 * Of what CyberSource offers the organization (`GET /notification-subscriptions/v2/products/{organizationId}`), all that is
 * understood here; events that it sends only encrypted need the private key of message-level encryption.
 */
export function chooseProducts(offered: unknown, canDecrypt: boolean): Choice | undefined {
  if (!Array.isArray(offered)) return undefined;
  const notes: string[] = [];
  const products = offered.slice(0, MAX_PRODUCTS).flatMap((product: unknown): Product[] => {
    const productId = textOf(own(product, 'productId'));
    const events = own(product, 'eventTypes');
    if (productId === undefined || !Array.isArray(events)) return [];
    const known = events.filter((event: unknown) => eventRule(nameOf(event)) !== undefined);
    const readable = known.filter((event: unknown) => canDecrypt || own(event, 'payloadEncryption') !== true);
    const closed = known.length - readable.length;
    if (closed > 0)
      notes.push(
        `${closed} events of ${shown(productId)} are left out: they come encrypted; set secrets.mlePrivateKey.`,
      );
    const unknown = events.length - known.length;
    if (unknown > 0)
      notes.push(`${unknown} events of ${shown(productId)} are left out: this release does not know them.`);
    const eventTypes = readable.map(nameOf);
    return eventTypes.length === 0 ? [] : [{ productId, eventTypes }];
  });
  return { products, notes };
}

/** `settings.products`; undefined where it is left out. */
export function productsOf(value: unknown): readonly Product[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.flatMap((product: unknown): Product[] => {
    const productId = textOf(own(product, 'productId'));
    const events = own(product, 'eventTypes');
    if (productId === undefined || !Array.isArray(events)) return [];
    return [{ productId, eventTypes: events.filter((event) => typeof event === 'string') }];
  });
}

/** The subscription of that id, else the one that sends to that URL. */
export function subscriptionOf(list: unknown, url: string, webhookId: string | undefined): Tree | undefined {
  const all = Array.isArray(list) ? list.filter(isTree) : [];
  const byId = webhookId === undefined ? undefined : all.find((one) => own(one, 'webhookId') === webhookId);
  return byId ?? all.find((one) => own(one, 'webhookUrl') === url);
}

/** True: the subscription at the gateway is as it is wanted. */
export function isAsWanted(
  found: Tree,
  wanted: { readonly webhookUrl: string; readonly healthCheckUrl: string },
  products: readonly Product[],
): boolean {
  const there = productsOf(own(found, 'products')) ?? [];
  return (
    own(found, 'webhookUrl') === wanted.webhookUrl &&
    own(found, 'healthCheckUrl') === wanted.healthCheckUrl &&
    eventNames(there) === eventNames(products)
  );
}

function eventNames(products: readonly Product[]): string {
  const names = products.flatMap(({ productId, eventTypes }) => eventTypes.map((event) => `${productId} ${event}`));
  return JSON.stringify(names.sort());
}

function nameOf(event: unknown): string {
  return typeof event === 'string' ? event : (textOf(own(event, 'eventName')) ?? '');
}

function shown(productId: string): string {
  return /^[\w.-]{1,64}$/.test(productId) ? productId : 'a product';
}
