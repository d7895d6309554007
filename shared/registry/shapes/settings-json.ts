import type { GatewaySettings, MemberNames } from '#shared/gateways/gateway-settings.ts';
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

/** CyberSource's REST key as the manual's example of settingsJson names its parts. */
const REST_KEY = { id: 'apiKey', secret: 'sharedSecretKey' };
/** Other names of secrets, beside the gateway's own. */
const MORE_SECRETS: Readonly<Partial<Record<GatewayName, readonly string[]>>> = {
  cybersource: [REST_KEY.id, REST_KEY.secret],
};

/**
 * What the gateway's own schemas call a setting, and what a secret. One that is both (PayPal's `webhookId`) is a setting: the
 * secret is of credentials that stand side by side, which no `settingsJson` has.
 */
function namesFor(gateway: GatewayName, { settings, secrets }: MemberNames): MemberNames {
  const more = MORE_SECRETS[gateway] ?? [];
  return { settings, secrets: [...secrets.filter((name) => !settings.includes(name)), ...more] };
}

/**
 * Sorts and checks the members, whatever the case of their names. One that we do not know is taken for a secret: these are
 * "merchant credentials".
 */
export function readSettingsJson(
  gateway: GatewayName,
  gatewaySettings: Pick<GatewaySettings, 'checkSettings' | 'names'>,
  members: Members,
): { readonly read?: SettingsJson; readonly problems: readonly PathProblem[] } {
  const names = namesFor(gateway, gatewaySettings.names);
  const { given, twice } = named(members, [...names.settings, ...names.secrets]);
  const settings = pick(given, names.settings);
  const secrets = secretsOf(pick(given, names.secrets));
  const fields = fieldsOf(given, names);
  const check = gatewaySettings.checkSettings(settings, secrets, 'change');
  const wrong = check.ok ? [] : check.problems.map(({ field, message }) => problemAt(placeOf(field, fields), message));
  const said = [...twice, ...restKeyTwice(given)];
  if (said.length + wrong.length > 0) return { problems: [...said, ...wrong] };
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

/** The REST key, whole and in its parts: which one holds is not ours to choose. */
function restKeyTwice(given: ReadonlyMap<string, Member>): readonly PathProblem[] {
  const whole = given.get('restKey');
  if (whole === undefined) return [];
  return [REST_KEY.id, REST_KEY.secret].flatMap((name) => {
    const part = given.get(name);
    return part === undefined ? [] : [problemAt(`/${part.spelled}`, `is a part of ${whole.spelled}: say it once`)];
  });
}

/** Those that are set. */
function pick(given: ReadonlyMap<string, Member>, names: readonly string[]): Members {
  const chosen = names.flatMap((name): [string, JsonValue][] => {
    const value = given.get(name)?.value;
    return value === undefined || isUnset(value) ? [] : [[name, value]];
  });
  return entries(chosen);
}

function secretsOf({ apiKey, sharedSecretKey, ...secrets }: Members): Readonly<Record<string, unknown>> {
  if (apiKey === undefined && sharedSecretKey === undefined) return secrets;
  return { ...secrets, restKey: { keyId: apiKey, key: sharedSecretKey } };
}

function fieldsOf(given: ReadonlyMap<string, Member>, names: MemberNames): Readonly<Record<string, string>> {
  const at = (name: string) => `/${given.get(name)?.spelled ?? name}`;
  return {
    ...entries(names.settings.map((name) => [`/settings/${name}`, at(name)])),
    ...entries(names.secrets.map((name) => [`/secrets/${name}`, at(name)])),
    ...(given.has('restKey') || !names.secrets.includes(REST_KEY.secret) ? {} : restKeyFields(at)),
  };
}

function restKeyFields(at: (name: string) => string): Readonly<Record<string, string>> {
  return {
    '/secrets/restKey': at(REST_KEY.secret),
    '/secrets/restKey/key': at(REST_KEY.secret),
    '/secrets/restKey/keyId': at(REST_KEY.id),
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
