import type { GatewaySettings } from '#shared/gateways/gateway-settings.ts';
import type { JsonValue } from '#shared/model/fact.ts';
import type { GatewayName } from '#shared/model/vocabulary.ts';
import type { PathProblem } from './document-problems.ts';
import { isUnset } from './scalars.ts';

type Members = Readonly<Record<string, JsonValue>>;

/** What a `settingsJson` holds, sorted into what everybody may see and what nobody may. */
export interface SettingsJson {
  readonly settings: Members;
  readonly secrets: Readonly<Record<string, unknown>>;
  /** For the document: those that are no secrets, as they are spelled. */
  readonly publicMembers: Members;
  /** `/name` of those that are secrets, and none of the gateway's. */
  readonly omitted: readonly string[];
  /** Our field → `/name` of the member. */
  readonly fields: Readonly<Record<string, string>>;
}

interface Names {
  readonly settings: readonly string[];
  readonly secrets: readonly string[];
}

/** The gateways' settings and secrets under their own names (gateways/<name>/settings.ts). */
const NAMES: Readonly<Partial<Record<GatewayName, Names>>> = {
  cybersource: {
    settings: ['organizationId', 'merchantId', 'payloadScheme', 'toleranceSeconds'],
    secrets: ['webhookKeys', 'mlePrivateKey', 'apiKey', 'sharedSecretKey'],
  },
  paypal: { settings: ['webhookId', 'environment', 'clientId', 'fetchBeforeMoney'], secrets: ['clientSecret'] },
  'amazon-pay': {
    settings: ['merchantId', 'topicArns', 'region', 'publicKeyId', 'environment'],
    secrets: ['privateKey'],
  },
};

/**
 * Sorts and checks the members, whatever the case of their names. One that we do not know is taken for a secret: these are
 * "merchant credentials".
 */
export function readSettingsJson(
  gateway: GatewayName,
  { checkSettings }: Pick<GatewaySettings, 'checkSettings'>,
  members: Members,
): { readonly read?: SettingsJson; readonly problems: readonly PathProblem[] } {
  const names = NAMES[gateway] ?? { settings: [], secrets: [] };
  const { given, twice } = named(members, [...names.settings, ...names.secrets]);
  const settings = pick(given, names.settings);
  const secrets = secretsOf(pick(given, names.secrets));
  const fields = fieldsOf(given, names);
  const check = checkSettings(settings, secrets, 'change');
  const wrong = check.ok ? [] : check.problems.map(({ field, message }) => problemAt(placeOf(field, fields), message));
  if (twice.length + wrong.length > 0) return { problems: [...twice, ...wrong] };
  const isPublic = (name: string, value: JsonValue) => names.settings.includes(name) || isUnset(value);
  const all = [...given].map(([name, member]) => ({ name, ...member }));
  const hidden = all.filter(({ name, value }) => !isPublic(name, value) && !names.secrets.includes(name));
  return {
    read: {
      ...{ settings, secrets, fields },
      publicMembers: entries(all.filter(({ name, value }) => isPublic(name, value)).map((m) => [m.spelled, m.value])),
      omitted: hidden.map(({ spelled }) => `/${spelled}`),
    },
    problems: [],
  };
}

interface Member {
  readonly spelled: string;
  readonly value: JsonValue;
}

function named(members: Members, names: readonly string[]) {
  const known = new Map(names.map((name) => [name.toLowerCase(), name]));
  const given = new Map<string, Member>();
  const twice: PathProblem[] = [];
  for (const [spelled, value] of Object.entries(members)) {
    const name = known.get(spelled.toLowerCase()) ?? spelled;
    const first = given.get(name);
    if (first === undefined) given.set(name, { spelled, value });
    else twice.push(problemAt(`/${spelled}`, `is the same as ${first.spelled}: say it once`));
  }
  return { given, twice };
}

/** Those that are set. */
function pick(given: ReadonlyMap<string, Member>, names: readonly string[]): Members {
  const chosen = names.flatMap((name): [string, JsonValue][] => {
    const value = given.get(name)?.value;
    return value === undefined || isUnset(value) ? [] : [[name, value]];
  });
  return entries(chosen);
}

/** The manual's example names CyberSource's REST key so: `apiKey` is its id, `sharedSecretKey` the secret. */
function secretsOf({ apiKey, sharedSecretKey, ...secrets }: Members): Readonly<Record<string, unknown>> {
  if (apiKey === undefined && sharedSecretKey === undefined) return secrets;
  return { ...secrets, restKey: { keyId: apiKey, key: sharedSecretKey } };
}

function fieldsOf(given: ReadonlyMap<string, Member>, names: Names): Readonly<Record<string, string>> {
  const at = (name: string) => `/${given.get(name)?.spelled ?? name}`;
  return {
    ...entries(names.settings.map((name) => [`/settings/${name}`, at(name)])),
    ...entries(names.secrets.map((name) => [`/secrets/${name}`, at(name)])),
    '/secrets/restKey': at('sharedSecretKey'),
    '/secrets/restKey/key': at('sharedSecretKey'),
    '/secrets/restKey/keyId': at('apiKey'),
  };
}

/** The place of the member that holds the field: `/secrets/webhookKeys/0/key` stands in `/webhookKeys`. */
function placeOf(field: string, fields: Readonly<Record<string, string>>): string {
  const known = Object.keys(fields).filter((ours) => field === ours || field.startsWith(`${ours}/`));
  const nearest = known.sort((a, b) => b.length - a.length)[0] ?? '';
  return `${fields[nearest] ?? ''}${field.slice(nearest.length)}`;
}

function problemAt(place: string, message: string): PathProblem {
  return { path: ['settingsJson', ...place.split('/').slice(1)], message };
}

function entries<T>(list: readonly (readonly [string, T])[]): Readonly<Record<string, T>> {
  return Object.fromEntries(list);
}
