import type { ConnectorCredentials, RawCallback } from '../gateway.ts';
import type { Variation } from '../variation.ts';
import { variedBodies } from '../vary-body.ts';

type Settings = Readonly<Record<string, unknown>>;

/** Both signature versions allowed. */
export function allAmazonPayReadings(settings: Settings): Settings {
  return { ...settings, acceptSha1: true };
}

/** What may stand between a signature of SNS's and the message that came with it. What is signed is values, not bytes: few. */
export function* amazonPayVariations(
  callback: RawCallback,
  { settings }: ConnectorCredentials,
): Generator<Variation, void> {
  const all = allAmazonPayReadings(settings);
  if (settings['acceptSha1'] === false) {
    yield {
      cause: 'scheme_refused',
      what: 'it is signed with SHA-1, which the connector does not take: /settings/acceptSha1',
      cure: 'Set /settings/acceptSha1 to true, or have the topic signed with SignatureVersion 2.',
      settings: all,
      changes: [{ pointer: '/settings/acceptSha1', value: true }],
    };
  }
  for (const { part, what } of variedBodies(callback.body)) {
    yield {
      cause: 'body_changed',
      what: `a proxy changed the body: ${what}`,
      cure: 'Stop the proxy that rewrites the body: its bytes must come as the gateway sends them.',
      callback: { ...callback, body: part },
      settings: all,
    };
  }
}
