import type { ConnectorCredentials, RawCallback } from '../gateway.ts';
import type { CauseCode, Variation } from '../variation.ts';
import { variedBodies } from '../vary-body.ts';
import { variedPaths } from '../vary-path.ts';
import { variedQueries } from '../vary-query.ts';
import { readSignedDate } from './dates.ts';
import { READING_SWITCHES, type ReadingSwitch } from './readings.ts';
import { readSignatureHeader } from './signature-header.ts';

type Settings = Readonly<Record<string, unknown>>;

const OFF_CAUSES: Readonly<Record<ReadingSwitch, CauseCode>> = {
  acceptMd5: 'md5_refused',
  acceptCanonicalContentType: 'canonical_content_type_off',
  acceptXDate: 'x_date_off',
  acceptReceivedPath: 'received_path_off',
};
const OFF_CURES: Readonly<Record<ReadingSwitch, string>> = {
  acceptMd5: 'or have the body hashed with SHA-512: in the gateway, the connector’s Postback Format Version',
  acceptCanonicalContentType: 'or stop the proxy that rewrites Content-Type',
  acceptXDate: 'or let Date through as it was signed',
  acceptReceivedPath: 'or register the URL in the gateway as the connector’s callbackUrl shows it',
};

/** Seconds around the arrival that are tried as the date, earlier and later. */
const BEFORE_SECONDS = 600;
const AFTER_SECONDS = 60;
/** Of a large body each try costs a hash: fewer dates are tried. */
const LARGE_BODY_BYTES = 64 * 1024;
const LARGE_SECONDS = 15;

const CONTENT_TYPES = {
  json: ['application/json', 'text/json', 'text/plain', 'application/x-www-form-urlencoded'],
  xml: ['text/xml', 'application/xml', 'text/plain'],
} as const;
const CHARSETS = ['', '; charset=utf-8', ';charset=utf-8', '; charset=UTF-8', ';charset=UTF-8', '; charset=utf8'];

/** All readings of a request allowed. */
export function allIxopayReadings(settings: Settings): Settings {
  return { ...settings, ...Object.fromEntries(READING_SWITCHES.map((name) => [name, true])) };
}

/** What may stand between a signature of IXOPAY's and the request that came with it; the likeliest first. */
export function* ixopayVariations(
  callback: RawCallback,
  connector: ConnectorCredentials,
  receivedAt: Date,
): Generator<Variation, void> {
  const settings = allIxopayReadings(connector.settings);
  yield* switchedOff(connector.settings);
  yield* oldScheme(callback, settings);
  yield* paths(callback, connector, settings);
  yield* contentTypes(callback, settings);
  yield* queries(callback, settings);
  yield* bodies(callback, settings);
  yield* dates(callback, settings, receivedAt);
}

/** One switch alone before two together. */
function* switchedOff(settings: Settings): Generator<Variation, void> {
  const off = READING_SWITCHES.filter((name) => settings[name] !== true);
  for (const names of subsets(off)) {
    const [first] = names;
    if (first === undefined) continue;
    const pointers = names.map((name) => `/settings/${name}`).join(' and ');
    yield {
      cause: OFF_CAUSES[first],
      what: `the connector does not take this reading: ${pointers}`,
      cure: `Set ${pointers} to true, ${OFF_CURES[first]}.`,
      settings: { ...settings, ...Object.fromEntries(names.map((name) => [name, true])) },
      changes: names.map((name) => ({ pointer: `/settings/${name}`, value: true })),
    };
  }
}

function subsets(names: readonly ReadingSwitch[]): readonly (readonly ReadingSwitch[])[] {
  const masks = Array.from({ length: 2 ** names.length }, (_, mask) => mask);
  return masks.map((mask) => names.filter((_, bit) => (mask >> bit) & 1)).sort((a, b) => a.length - b.length);
}

function* oldScheme(callback: RawCallback, settings: Settings): Generator<Variation, void> {
  const renamed = ['authorization', 'x-authorization'].flatMap((name) => {
    const value = callback.headers[name];
    return value === undefined ? [] : [[name, value.replace(/(^|, )IxoPay /g, '$1Gateway ')]];
  });
  yield {
    cause: 'scheme_refused',
    what: 'it is signed by the old scheme IxoPay with SHA-512, which no gateway is known to send',
    cure: 'In the gateway’s connector switch off "Use old service name".',
    callback: { ...callback, headers: { ...callback.headers, ...Object.fromEntries(renamed) } },
    settings,
  };
}

function* paths(
  callback: RawCallback,
  connector: ConnectorCredentials,
  settings: Settings,
): Generator<Variation, void> {
  const publicPath = connector.settings['publicPath'];
  const registered = typeof publicPath === 'string' && publicPath !== '' ? publicPath : connector.registeredPath;
  const own = { part: connector.registeredPath, what: '/settings/publicPath names another path than the one called' };
  const candidates = [...(registered === own.part ? [] : [own]), ...variedPaths(callback.path, registered)];
  for (const { part, what } of candidates) {
    yield {
      cause: 'path_prefix',
      what: `${what}: signed was ${part}`,
      cure: `Set /settings/publicPath to ${JSON.stringify(part)}, or stop the proxy that rewrites the path.`,
      // Exactly this path: a slash at the end of the received one would be added to it.
      callback: { ...callback, path: part },
      settings: { ...settings, publicPath: part },
      changes: [{ pointer: '/settings/publicPath', value: part }],
    };
  }
}

function* contentTypes(callback: RawCallback, settings: Settings): Generator<Variation, void> {
  const header = readSignatureHeader(callback.headers);
  const types = CONTENT_TYPES[header.ok ? header.form : 'json'];
  const received = callback.headers['content-type'];
  const ofReceived =
    received === undefined ? [] : [received.toLowerCase(), received.split(';')[0] ?? '', received.trim()];
  const candidates = [...types.flatMap((type) => CHARSETS.map((charset) => `${type}${charset}`)), ...ofReceived];
  for (const type of new Set(candidates)) {
    if (type === received) continue;
    yield {
      cause: 'content_type_rewritten',
      what: `Content-Type was rewritten: signed was ${type}`,
      cure: 'Stop the proxy that rewrites Content-Type: it must come as the gateway sends it.',
      callback: { ...callback, headers: { ...callback.headers, 'content-type': type } },
      settings,
    };
  }
}

function* queries(callback: RawCallback, settings: Settings): Generator<Variation, void> {
  for (const { part, what } of variedQueries(callback.rawQuery)) {
    yield {
      cause: 'query_changed',
      what,
      cure: 'Stop the proxy that rewrites the query, or register a callback URL without one.',
      callback: { ...callback, rawQuery: part },
      settings,
    };
  }
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

/** The date as it may have been sent: in the other zone name, or stamped anew on the way. */
function* dates(callback: RawCallback, settings: Settings, receivedAt: Date): Generator<Variation, void> {
  const { date, 'x-date': xDate, 'x-amzn-remapped-date': remapped, ...headers } = callback.headers;
  const sent = [date, xDate, remapped].filter((value) => value !== undefined);
  const seen = new Set(sent);
  for (const text of [...sent.flatMap(otherSpellings), ...around(receivedAt, callback.body.byteLength)]) {
    if (seen.has(text)) continue;
    seen.add(text);
    yield {
      cause: 'date_rewritten',
      what: `the date was rewritten: signed was ${text}`,
      cure: 'Stop the proxy that rewrites Date: it must come as the gateway sends it.',
      callback: { ...callback, headers: { ...headers, date: text } },
      settings,
    };
  }
}

function* around(receivedAt: Date, bodyBytes: number): Generator<string, void> {
  const large = bodyBytes > LARGE_BODY_BYTES;
  const at = Math.floor(receivedAt.getTime() / 1_000);
  const [before, after] = large ? [LARGE_SECONDS, LARGE_SECONDS] : [BEFORE_SECONDS, AFTER_SECONDS];
  for (let second = after; second >= -before; second--) yield* spellings(new Date((at + second) * 1_000));
}

function otherSpellings(text: string): readonly string[] {
  const at = readSignedDate(text);
  return at === undefined ? [] : spellings(new Date(at));
}

/** `UTC` by default, `GMT` by a setting of the gateway; PHP writes the day with two digits, Java with one (wire 1.5). */
function spellings(at: Date): readonly string[] {
  const gmt = at.toUTCString();
  const texts = [gmt.replace(/GMT$/, 'UTC'), gmt];
  return [...texts, ...texts.map((text) => text.replace(/, 0/, ', '))];
}
