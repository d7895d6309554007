import { createHash } from 'node:crypto';
import { failureOnTheWay } from '../ask-trouble.ts';
import type { AskConnector, AskDeps, Asking, AskOutcome, FetchedStatement, Question } from '../asking.ts';
import type { OutboundRequest } from '../outbound.ts';
import { present } from '../present.ts';
import { failureOfAnswer, readAnswer } from './ask-answer.ts';
import { isSubjectId, ownField, type Tree } from './field-reader.ts';
import { macOf } from './sign.ts';

/** White labels have their own: `settings.apiHost`. */
const HOST = 'gateway.ixopay.com';
/** What the official client signs and sends with a GET that has no body (php-ixopay CurlClient.signJson). */
const CONTENT_TYPE = 'application/json; charset=utf-8';
const NO_BODY_SHA512 = createHash('sha512').update('').digest('hex');

/** The manual's limits for an API user and for one transaction; white labels have lower ones (wire 6). */
const PER_MINUTE = 60;
const PER_ID_PER_MINUTE = 10;

/** What may stand in a URL: no separator, no dots alone, nothing that a server could decode into one. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$/;
/** The merchant's own: 1 to 50 characters, of any kind but those that take a path apart. */
const REFERENCE = /^(?!\.+$)[^\p{C}/\\?#%]{1,50}$/u;

/** One look-up: where it is, and what the answer must be about. */
interface LookUp {
  readonly path: string;
  readonly about: { readonly field: 'uuid' | 'merchantTransactionId' | 'scheduleId'; readonly value: string };
  readonly declared: Readonly<Record<string, string>>;
}

/** The status API (getByUuid, getByMerchantTransactionId) and the schedule read (wire 6). */
export const ixopayAsking: Asking = {
  limitsOf(settings) {
    const { perMinute, perIdPerMinute } = Object(settings['limits']) as Readonly<Record<string, unknown>>;
    return {
      perMinute: lowered(perMinute, PER_MINUTE),
      perIdPerMinute: lowered(perIdPerMinute, PER_ID_PER_MINUTE),
    };
  },
  // A callback is repeated for 7.8 days (wire 4): until then an answer may still be on its way of its own.
  horizonMinutes: 8 * 24 * 60,
  missing({ settings, secretNames }) {
    return [
      ...['apiKey', 'username']
        .filter((name) => textOf(settings[name]) === undefined)
        .map((name) => `/settings/${name}`),
      ...['password', ...(settings['signApiRequests'] === true ? ['sharedSecret'] : [])]
        .filter((name) => !secretNames.includes(name))
        .map((name) => `/secrets/${name}`),
    ];
  },
  async ask(deps, connector, question) {
    const lookUp = lookUpOf(connector, question);
    if (typeof lookUp === 'string') return { outcome: 'cannot', detail: lookUp };
    const missing = ixopayAsking.missing({ ...connector, secretNames: Object.keys(connector.secrets) });
    if (missing.length > 0) {
      return { outcome: 'cannot', detail: `IXOPAY cannot be asked without ${missing.join(' and ')}.` };
    }
    const answer = await deps.http.send(requestOf(deps, connector, lookUp));
    if (!answer.ok) return failureOnTheWay(answer);
    const failure = failureOfAnswer(answer, deps.now());
    if (failure !== undefined) return failure;
    const reading = readAnswer(answer.body);
    if (!('tree' in reading)) return reading;
    return judged(connector, lookUp, reading.tree, answer.body);
  },
};

function lookUpOf(connector: AskConnector, question: Question): LookUp | string {
  const apiKey = textOf(connector.settings['apiKey']);
  if (apiKey === undefined || !REFERENCE.test(apiKey)) return 'settings.apiKey is missing or is none for a URL.';
  const status = `/api/v3/status/${encodeURIComponent(apiKey)}`;
  if (question.about === 'reference') {
    const value = question.merchantReference;
    if (!REFERENCE.test(value)) return 'The reference is none that the status API can be asked about.';
    const path = `${status}/getByMerchantTransactionId/${encodeURIComponent(value)}`;
    return { path, about: { field: 'merchantTransactionId', value }, declared: {} };
  }
  const { id, type, originalId } = question;
  if (type !== 'transaction' && type !== 'schedule') return `IXOPAY has no look-up for what is a ${type}.`;
  if (!ID.test(id)) return 'The id is none that IXOPAY makes: it cannot stand in a URL.';
  if (type === 'schedule') {
    const path = `/api/v3/schedule/${encodeURIComponent(apiKey)}/${encodeURIComponent(id)}/get`;
    return { path, about: { field: 'scheduleId', value: id }, declared: { as: 'schedule' } };
  }
  const declared: Record<string, string> = isSubjectId(originalId) ? { parent: originalId } : {};
  return { path: `${status}/getByUuid/${encodeURIComponent(id)}`, about: { field: 'uuid', value: id }, declared };
}

function requestOf(deps: AskDeps, connector: AskConnector, { path }: LookUp): OutboundRequest {
  const { settings, secrets } = connector;
  const credentials = `${textOf(settings['username'])}:${secrets['password']}`;
  const basic = {
    authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
    accept: 'application/json',
    'content-type': CONTENT_TYPE,
  };
  const signed =
    settings['signApiRequests'] === true ? signatureOf(deps.now(), secrets['sharedSecret'] ?? '', path) : {};
  const host = textOf(settings['apiHost']) ?? HOST;
  // Not repeated by the client: each request counts against the limits, and confirm has pauses of its own.
  return { method: 'GET', host, path, headers: { ...basic, ...signed }, idempotent: false };
}

/** Connector setting "API: Enable Request Signing"; how a GET is signed is the official client's way, not the manual's. */
function signatureOf(now: Date, sharedSecret: string, uri: string): OutboundRequest['headers'] {
  const date = now.toUTCString();
  const text = { method: 'GET', bodyHash: NO_BODY_SHA512, contentType: CONTENT_TYPE, date, uri };
  const mac = macOf(sharedSecret, { form: 'json', ...text });
  return { date, 'x-date': date, 'x-signature': mac.toString('base64') };
}

/** The answer must be about what was asked, and of this connector as far as it says. */
function judged(connector: AskConnector, { about, path, declared }: LookUp, tree: Tree, body: Uint8Array): AskOutcome {
  if (ownField(tree, about.field) !== about.value) {
    const detail = `IXOPAY answered about another ${about.field} than the one that was asked for: nothing of it is believed.`;
    return { outcome: 'malformed', detail };
  }
  const status = about.field === 'scheduleId' ? 'newStatus' : 'transactionStatus';
  const needed = [status, ...(about.field === 'merchantTransactionId' ? ['uuid'] : [])];
  const absent = needed.find((name) => textOf(ownField(tree, name)) === undefined);
  if (absent !== undefined) return { outcome: 'malformed', detail: `IXOPAY's answer has no ${absent}.` };
  const theirs = foreignMember(connector, tree);
  if (theirs !== undefined) {
    const detail = `IXOPAY's answer is of another connector (${theirs} is not ours): nothing of it is believed.`;
    return { outcome: 'foreign', detail };
  }
  const statement: FetchedStatement = present({ body, declared, method: 'GET' as const, path });
  return { outcome: 'answered', statements: [statement] };
}

/** The look-up is made with our apiKey and says whose it is only where the gateway is set so (wire 2.1, "Include …"). */
function foreignMember({ settings }: AskConnector, tree: Tree): string | undefined {
  // Behind a meta-connector the answer names the one that was chosen.
  if (Array.isArray(settings['members']) && settings['members'].length > 0) return undefined;
  return ['apiKey', 'connectorGuid'].find((name) => {
    const ours = textOf(settings[name]);
    const said = textOf(ownField(tree, name));
    return ours !== undefined && said !== undefined && said !== ours;
  });
}

function lowered(given: unknown, most: number): number {
  return typeof given === 'number' && given >= 1 ? Math.min(Math.floor(given), most) : most;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
