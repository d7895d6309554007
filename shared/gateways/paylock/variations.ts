import type { ConnectorCredentials, RawCallback } from '../gateway.ts';
import type { Variation } from '../variation.ts';
import { variedBodies } from '../vary-body.ts';
import { variedPaths } from '../vary-path.ts';
import { hasPart, readTemplate } from './template.ts';

type Settings = ConnectorCredentials['settings'];

/** What senders of callbacks commonly sign. */
const TEMPLATES = [
  ...['{body}', '{timestamp}.{body}', '{timestamp}{body}', '{timestamp}:{body}', 'v0:{timestamp}:{body}'],
  ...['{id}.{timestamp}.{body}', '{timestamp}{method}{path}{body}', '{path}{body}', '{sha256hex:body}'],
];
const SCHEMES = {
  algorithm: ['sha256', 'sha512'],
  encoding: ['hex', 'base64'],
  secretEncoding: ['utf8', 'hex', 'base64'],
} as const;

/** No setting of this gateway switches a reading off. */
export function allPaylockReadings(settings: Settings): Settings {
  return settings;
}

/** What may stand between a signature and the request that came with it; the likeliest first. */
export function* paylockVariations(callback: RawCallback, connector: ConnectorCredentials): Generator<Variation, void> {
  const { settings } = connector;
  if (settings['mode'] !== 'hmac') return;
  yield* bodies(callback, settings);
  yield* paths(callback, connector);
  yield* schemes(settings);
}

function* bodies(callback: RawCallback, settings: Settings): Generator<Variation, void> {
  for (const { part, what } of variedBodies(callback.body)) {
    yield {
      cause: 'body_changed',
      what: `a proxy changed the body: ${what}`,
      cure: 'Stop the proxy that rewrites the body: its bytes must come as the gateway sends them.',
      callback: { ...callback, body: part },
      settings,
    };
  }
}

function* paths(callback: RawCallback, connector: ConnectorCredentials): Generator<Variation, void> {
  const { settings, registeredPath } = connector;
  if (!hasPart(readTemplate(String(settings['template'])) ?? [], 'path')) return;
  for (const { part, what } of variedPaths(callback.path, registeredPath)) {
    yield {
      cause: 'path_prefix',
      what: `${what}: signed was ${part}`,
      cure: `Set /settings/publicPath to ${JSON.stringify(part)}, or stop the proxy that rewrites the path.`,
      settings: { ...settings, publicPath: part },
      changes: [{ pointer: '/settings/publicPath', value: part }],
    };
  }
}

/** Another way of signing than is configured: every template with every way of writing, 108 in all. */
function* schemes(settings: Settings): Generator<Variation, void> {
  const configured = settings['template'];
  for (const template of [configured, ...TEMPLATES.filter((one) => one !== configured)]) {
    for (const algorithm of SCHEMES.algorithm) {
      for (const encoding of SCHEMES.encoding) {
        for (const secretEncoding of SCHEMES.secretEncoding) {
          if (typeof template !== 'string') continue;
          yield otherScheme(settings, { template, algorithm, encoding, secretEncoding });
        }
      }
    }
  }
}

function otherScheme(settings: Settings, scheme: Readonly<Record<string, string>>): Variation {
  const changed = Object.entries(scheme).filter(([name, value]) => settings[name] !== value);
  const changes = changed.map(([name, value]) => ({ pointer: `/settings/${name}`, value }));
  const named = changes.map(({ pointer, value }) => `${pointer} ${JSON.stringify(value)}`).join(', ');
  return {
    cause: 'scheme_refused',
    what: `it is signed in another way than is configured: ${named}`,
    cure: `PUT the connector with ${named}.`,
    settings: { ...settings, ...scheme },
    changes,
  };
}
