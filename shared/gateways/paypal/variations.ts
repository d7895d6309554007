import type { ConnectorCredentials, RawCallback } from '../gateway.ts';
import type { Variation } from '../variation.ts';
import { variedBodies } from '../vary-body.ts';
import { readTransmission } from './transmission.ts';

/** What may stand between a signature of PayPal's and the request that came with it; the likeliest first. */
export function* paypalVariations(
  callback: RawCallback,
  { settings }: ConnectorCredentials,
): Generator<Variation, void> {
  if (!readTransmission(callback).ok) return;
  yield {
    cause: 'wrong_secret',
    what: 'it is an event of the webhook simulator, which signs for the id WEBHOOK_ID',
    cure: 'Simulated events are of no webhook and are not taken: make a payment in the sandbox instead.',
    settings: { ...settings, webhookId: 'WEBHOOK_ID' },
  };
  for (const { part, what } of variedBodies(callback.body)) {
    yield {
      cause: 'body_changed',
      what: `a proxy changed the body: ${what}`,
      cure: 'Stop the proxy that rewrites the body: its bytes must come as PayPal sends them.',
      callback: { ...callback, body: part },
      settings,
    };
  }
}
