import { isObject, membersOf, pick, withValues } from '../document-members.ts';
import type { FieldProblem } from '../gateway.ts';
import { type JsonObject, MASK, type ProvisionConnector, type ProvisionSecrets } from '../provision.ts';

/** Members of updateConnector's body (S000), in its order, without those that secrets or lists make special. */
const PLAIN = [
  ...['name', 'adapter', 'method', 'apiKey', 'publicIntegrationKey', 'businessCountry', 'customerProfileContainer'],
  ...['defaultRiskRuleSet', 'description', 'disabled', 'disabledTransactionTypes', 'provider', 'scheduleApiAvailable'],
  ...['virtualTerminalAvailable', 'vtRiskRuleSet', 'alias', 'removeSettings'],
] as const;
/** Adding them makes a meta-connector (S000), and the gateway shows them of ordinary connectors as well. */
const META = ['routingMetaConnector', 'multiMethodMetaConnector'] as const;
const CONFIG = ['username', 'extraData', 'language', 'testMode', 'vault'] as const;
const CREDENTIALS = ['password', 'apiSecret'] as const;

export const CONFIG_SECRETS: readonly string[] = CREDENTIALS.map((name) => `/config/${name}`);

/** Everything that the request is made of, or what is missing. */
export type UpdateReading =
  | { readonly ok: true; readonly update: Update }
  | { readonly ok: false; readonly problems: readonly FieldProblem[] };

export interface Update {
  readonly guid: string;
  readonly user: string;
  readonly password: string;
  readonly sharedSecret: string;
  readonly body: JsonObject;
  readonly shownBody: JsonObject;
  /** Keys that the operator adds beyond what was imported from the gateway: they must be valid there. */
  readonly newKeys: readonly string[];
  readonly adapter: string;
  /** True: done twice it is as done once. Creating a meta-connector's routing may not be. */
  readonly idempotent: boolean;
  readonly notes: readonly string[];
}

const SHARED_SECRET_LIMIT = 50;

/** Makes the body of `POST /updateConnector/:connectorGuid` from the imported connector and our side of it. */
export function readUpdate(connector: ProvisionConnector, secrets: ProvisionSecrets): UpdateReading {
  const { settings, shape } = connector;
  const document = shape?.kind === 'ixopay' ? shape.document : undefined;
  const members = membersOf(document);
  const guid = textOf(settings['connectorGuid']) ?? textOf(members.get('guid'));
  const user = textOf(settings['provisioningUser']);
  const { provisioningPassword: password, sharedSecret } = secrets.own;
  const problems = [
    ...missing(
      '/shape',
      document,
      'is needed: PUT /connectors/{id}?shape=ixopay with the connector as IXOPAY shows it',
    ),
    ...missing('/settings/connectorGuid', guid, 'is needed: the identifier of the connector at the gateway (CO-…)'),
    ...missing('/settings/provisioningUser', user, 'is needed: the user of the provisioning API'),
    ...missing('/secrets/provisioningPassword', password, 'is needed: the password of the provisioning API'),
    ...missing(
      '/secrets/sharedSecret',
      sharedSecret,
      'is needed: left empty, the gateway would make another by itself',
    ),
    ...(document === undefined ? [] : contradictions(connector, members, sendsConfig(secrets))),
  ];
  if (sharedSecret !== undefined && sharedSecret.length > SHARED_SECRET_LIMIT) {
    problems.push({ field: '/secrets/sharedSecret', message: `is longer than ${SHARED_SECRET_LIMIT} characters` });
  }
  if (problems.length > 0 || document === undefined) return { ok: false, problems };
  // `missing` has seen to it that each is there.
  const [sent = '', by = '', at = '', to = ''] = [sharedSecret, user, password, guid];
  const masked = Object.fromEntries(Object.keys(secrets.document).map((pointer) => [pointer, MASK]));
  const body = bodyOf(document, sent, secrets.document);
  return {
    ok: true,
    update: {
      ...{ guid: to, user: by, password: at, sharedSecret: sent, body },
      shownBody: bodyOf(document, MASK, masked),
      newKeys: newKeysOf(members),
      adapter: textOf(members.get('adapter')) ?? '',
      idempotent: !isMeta(members),
      notes: notesOf(members, sendsConfig(secrets)),
    },
  };
}

function missing(field: string, value: unknown, message: string): FieldProblem[] {
  return value === undefined ? [{ field, message }] : [];
}

function contradictions(
  { settings, testMode }: ProvisionConnector,
  members: ReturnType<typeof membersOf>,
  withConfig: boolean,
): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const differs = (field: string, here: unknown, there: unknown) => {
    if (here === undefined || there === undefined || there === null || here === there) return;
    const message = `is not what the imported connector says (${JSON.stringify(there)}): import it again, or change it`;
    problems.push({ field, value: here, message });
  };
  differs('/settings/connectorGuid', settings['connectorGuid'], members.get('guid'));
  differs('/settings/apiKey', settings['apiKey'], members.get('apikey'));
  if (withConfig) differs('/testMode', testMode, membersOf(members.get('config')).get('testmode'));
  return problems;
}

function sendsConfig(secrets: ProvisionSecrets): boolean {
  return CONFIG_SECRETS.some((pointer) => secrets.document[pointer] !== undefined);
}

function bodyOf(document: JsonObject, sharedSecret: string, given: Readonly<Record<string, string>>): JsonObject {
  const members = membersOf(document);
  const config = pick(members.get('config'), CONFIG);
  const credentials = withValues(CREDENTIALS.map((name) => [name, given[`/config/${name}`]] as const));
  // Without its credentials the gateway's `config` would be replaced by one that cannot log in to the provider.
  const whole = Object.keys(credentials).length === 0 ? undefined : { ...config, ...credentials };
  // `settings` would take away what has been set there since; adding them does not.
  const added = { ...objectOf(members.get('settings')), ...objectOf(members.get('addsettings')) };
  return withValues([
    ...Object.entries(pick(document, PLAIN)),
    ...(isMeta(members) ? Object.entries(pick(document, META)) : []),
    ['sharedSecret', sharedSecret],
    ['config', whole],
    ['postbackFormat', textOf(members.get('postbackformat')) ?? 'inherit'],
    ['terminals', terminalsOf(members.get('terminals'))],
    ['addSettings', Object.keys(added).length === 0 ? undefined : added],
  ]);
}

function isMeta(members: ReturnType<typeof membersOf>): boolean {
  return members.get('adapter') === 'MetaConnector' && members.get('ismetaconnector') !== false;
}

/** Without STAN and capture reference: those are counters, and the gateway has counted on since the import. */
function terminalsOf(terminals: unknown): readonly JsonObject[] | undefined {
  if (!Array.isArray(terminals) || terminals.length === 0) return undefined;
  return terminals.map((terminal) => pick(terminal, ['terminalId', 'disabled']));
}

function newKeysOf(members: ReturnType<typeof membersOf>): readonly string[] {
  const imported = objectOf(members.get('settings'));
  return Object.keys(objectOf(members.get('addsettings'))).filter((key) => !Object.hasOwn(imported, key));
}

function notesOf(members: ReturnType<typeof membersOf>, withConfig: boolean): readonly string[] {
  const notes: string[] = [];
  if (members.has('config') && !withConfig) {
    const pointers = CONFIG_SECRETS.join(' and ');
    notes.push(
      `"config" is left out and stays as it is at the gateway: its credentials are not kept here. Give ${pointers} to send it.`,
    );
  }
  if (members.has('settings')) notes.push('"settings" are sent as "addSettings": what was set there since stays.');
  const terminals = members.get('terminals');
  const counted = Array.isArray(terminals) && terminals.some((terminal) => Object.keys(Object(terminal)).length > 2);
  if (counted) notes.push('STAN and capture reference of terminals are left out: the gateway has counted on since.');
  return notes;
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
