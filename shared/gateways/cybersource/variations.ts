import type { ConnectorCredentials, RawCallback } from '../gateway.ts';
import type { Variation } from '../variation.ts';
import { variedBodies } from '../vary-body.ts';

/** As long as a suspended subscription may hold notifications back. */
const LONGEST_SECONDS = 604_800;

/** Any reading of the payload, and what was held back. */
export function allCybersourceReadings(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { payloadScheme: _pinned, ...rest } = settings;
  return rest;
}

/** What may stand between a refused notification and what was signed, the likeliest first. */
export function* cybersourceVariations(
  callback: RawCallback,
  connector: ConnectorCredentials,
): Generator<Variation, void> {
  const settings = allCybersourceReadings(connector.settings);
  const patient = { ...settings, toleranceSeconds: LONGEST_SECONDS };
  yield {
    cause: 'stale_date',
    what: 'it was signed longer ago than settings.toleranceSeconds allows',
    cure: 'Raise settings.toleranceSeconds if notifications are held back while a subscription is suspended.',
    settings: patient,
  };
  for (const { part, what } of variedBodies(callback.body)) {
    yield {
      cause: 'body_changed',
      what: `a proxy changed the body: ${what}`,
      cure: 'Stop the proxy that rewrites the body: its bytes must come as CyberSource sends them.',
      callback: { ...callback, body: part },
      settings: patient,
    };
  }
}
