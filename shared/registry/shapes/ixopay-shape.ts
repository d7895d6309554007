import * as z from 'zod';
import type { JsonValue } from '#shared/model/fact.ts';
import type { ConnectorChecks, JsonObject } from '../records.ts';
import { asObject } from './as-object.ts';
import { fieldProblemsOf, type PathProblem, pathProblems, valueAt } from './document-problems.ts';
import { type ForeignReading, refuseShape } from './foreign-connector.ts';
import { isUnset } from './scalars.ts';
import { spellingOf } from './spelling.ts';

/** Values that the gateway's getConnectorSettings lists; which ones depends on the adapter. */
const values = z.record(z.string(), z.unknown());
const scalars = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.null()], 'must be text or a number'),
);
const text = z.string();
const flag = z.boolean();
const integer = z.int();

const DISABLED_TYPES = [
  ...['initial_debit', 'initial_preauthorize', 'capture', 'partial_capture', 'refund', 'partial_refund'],
  ...['register', 'deregister', 'payout', 'recurring_debit', 'recurring_preauthorize'],
] as const;

const config = z.looseObject({
  username: text.nullish(),
  password: text.nullish(),
  apiSecret: text.nullish(),
  extraData: values.nullish(),
  language: text.regex(/^[a-z]{2}$/, 'must be an ISO 639-1 code, as de').nullish(),
  testMode: flag.nullish(),
  vault: values.nullish(),
});

const terminal = z.looseObject({ terminalId: text.min(1), disabled: flag.nullish() });

/**
 * A connector as IXOPAY's updateConnector takes and answers it. The names are those of the manual's examples: its list
 * has lost them (shared/gateways/ixopay/wire.md). Other members are kept as they are.
 */
const ixopayDocument = z.looseObject({
  guid: text.min(1).max(64).nullish(),
  name: text.min(3, 'must have at least 3 characters').max(50, 'must have at most 50 characters'),
  adapter: text.nullish(),
  method: text.nullish(),
  apiKey: text.min(1).max(50, 'must have at most 50 characters').nullish(),
  publicIntegrationKey: text.nullish(),
  sharedSecret: text.max(50, 'must have at most 50 characters').nullish(),
  archived: flag.nullish(),
  businessCountry: text.regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 alpha-2 code, as AT').nullish(),
  config: config.nullish(),
  createdAt: z.iso.datetime({ offset: true, error: 'must be a time with its zone' }).nullish(),
  customerProfileContainer: integer.nullish(),
  defaultRiskRuleSet: integer.nullish(),
  description: text.nullish(),
  disabled: flag.nullish(),
  disabledTransactionTypes: z.array(z.enum(DISABLED_TYPES)).nullish(),
  merchantGuid: text.min(1).max(64).nullish(),
  isMetaConnector: flag.nullish(),
  postbackFormat: z.enum(['inherit', 'json', 'xml']).nullish(),
  provider: text.nullish(),
  scheduleApiAvailable: flag.nullish(),
  virtualTerminalAvailable: flag.nullish(),
  vtRiskRuleSet: integer.nullish(),
  settings: scalars.nullish(),
  addSettings: scalars.nullish(),
  removeSettings: values.nullish(),
  alias: text.nullish(),
  terminals: z.array(terminal).nullish(),
  routingMetaConnector: z.looseObject({ defaultConnector: text.nullish(), reRouteRecurring: flag.nullish() }).nullish(),
  multiMethodMetaConnector: z
    .looseObject({
      defaultActionDisableConnector: flag.nullish(),
      retries: integer.min(0, 'must be 0 to 9').max(9, 'must be 0 to 9').nullish(),
      expiry: integer.min(0, 'must be a number of hours').nullish(),
    })
    .nullish(),
});
type IxopayDocument = z.output<typeof ixopayDocument>;

const SECRETS: ReadonlySet<string> = new Set(['sharedSecret', 'config.password', 'config.apiSecret']);
const EXPIRATION = 'tx:expiration-minutes';

/** Reads a connector, alone or in the answer that holds it (`{"success": true, "connector": {…}}`). */
export function readIxopayShape(input: JsonValue): ForeignReading {
  const envelope = z.looseObject({ connector: ixopayDocument });
  const isAnswer = typeof memberOf(input, 'connector') === 'object';
  const prefix = isAnswer ? ['connector'] : [];
  const schema = isAnswer ? envelope : ixopayDocument;
  const secrets = new Set([...SECRETS].map((path) => [...prefix, path].join('.')));
  const spelling = spellingOf(schema, input, secrets);
  const connector = isAnswer ? valueAt(spelling.canonical, prefix) : spelling.canonical;
  const parsed = ixopayDocument.safeParse(connector);
  const found = [...pathProblems(parsed.error, connector), ...rulesOf(connector)];
  const placed = found.map(({ path, message }) => ({ path: [...prefix, ...path], message }));
  const problems = fieldProblemsOf(spelling, placed, secrets);
  if (!parsed.success || problems.length > 0) return refuseShape('invalid', problems);
  const pointer = (...path: string[]) => spelling.pointer([...prefix, ...path]);
  const { document, omitted } = isAnswer ? unwrapped(spelling, pointer()) : spelling;
  const others = omitted.filter((at) => at.toLowerCase() !== '/sharedsecret');
  const kept = { document: asObject(document), omitted: others, pointer };
  return { ok: true, foreign: foreignOf(parsed.data, kept) };
}

/** What one member says of another. */
function rulesOf(connector: unknown): readonly PathProblem[] {
  const member = (...path: string[]) => valueAt(connector, path);
  const problems: PathProblem[] = [];
  const said = member('isMetaConnector');
  const parts = ['routingMetaConnector', 'multiMethodMetaConnector'].filter((name) => !isUnset(member(name)));
  // The manual's example of an ordinary connector carries both parts: its isMetaConnector is false, and that decides.
  const isMeta = typeof said === 'boolean' ? said : parts.length > 0 || member('adapter') === 'MetaConnector';
  if (isMeta) {
    for (const name of ['adapter', 'method']) {
      if (member(name) !== 'MetaConnector')
        problems.push({ path: [name], message: 'must be MetaConnector, because it is a meta-connector' });
    }
  }
  const terminals = member('terminals');
  const ids = Array.isArray(terminals) ? terminals.map((terminal) => valueAt(terminal, ['terminalId'])) : [];
  ids.forEach((id, index) => {
    if (!isUnset(id) && ids.indexOf(id) < index)
      problems.push({ path: ['terminals', index, 'terminalId'], message: 'is there twice' });
  });
  for (const name of ['settings', 'addSettings']) {
    const minutes = member(name, EXPIRATION);
    if (!isUnset(minutes) && minutesOf(minutes) === undefined)
      problems.push({ path: [name, EXPIRATION], message: 'must be a number of minutes, 1 or more' });
  }
  return problems;
}

interface Kept {
  readonly document: JsonObject;
  readonly omitted: readonly string[];
  readonly pointer: (...path: string[]) => string;
}

function foreignOf(said: IxopayDocument, { document, omitted, pointer }: Kept) {
  const { apiKey, guid, merchantGuid, sharedSecret } = said;
  const testMode = said.config?.testMode;
  const isInUse = said.disabled == null && said.archived == null ? undefined : !(said.disabled || said.archived);
  return {
    kind: 'ixopay' as const,
    gateway: 'ixopay' as const,
    ...{ document, omitted, name: said.name },
    ...(guid == null ? {} : { id: guid }),
    ...(merchantGuid == null ? {} : { owner: merchantGuid }),
    settings: { ...(apiKey == null ? {} : { apiKey }), ...(guid == null ? {} : { connectorGuid: guid }) },
    // "If left empty the sharedSecret will be generated": over there, so here it is still to be told.
    secrets: sharedSecret == null || sharedSecret === '' ? {} : { sharedSecret },
    ...(testMode == null ? {} : { testMode }),
    ...(isInUse === undefined ? {} : { active: isInUse }),
    checks: checksOf(said),
    fields: {
      '': pointer(),
      '/connectorId': pointer('guid'),
      '/merchantId': pointer('merchantGuid'),
      '/name': pointer('name'),
      '/settings/apiKey': pointer('apiKey'),
      '/settings/connectorGuid': pointer('guid'),
      '/secrets/sharedSecret': pointer('sharedSecret'),
      '/testMode': pointer('config', 'testMode'),
      '/active': pointer('disabled'),
    },
  };
}

function checksOf(said: IxopayDocument): ConnectorChecks {
  const { postbackFormat, disabledTransactionTypes: disabled, scheduleApiAvailable, virtualTerminalAvailable } = said;
  const isRemoved = Object.hasOwn(said.removeSettings ?? {}, EXPIRATION);
  const minutes = minutesOf(said.addSettings?.[EXPIRATION] ?? (isRemoved ? undefined : said.settings?.[EXPIRATION]));
  return {
    ...(postbackFormat == null || postbackFormat === 'inherit' ? {} : { expectedFormat: postbackFormat }),
    ...(disabled == null || disabled.length === 0 ? {} : { disabledTransactionTypes: disabled }),
    ...(minutes === undefined ? {} : { expirationMinutes: minutes }),
    ...(scheduleApiAvailable == null ? {} : { schedules: scheduleApiAvailable }),
    ...(virtualTerminalAvailable == null ? {} : { virtualTerminal: virtualTerminalAvailable }),
  };
}

/** Text or a number in the manual's two examples. */
function minutesOf(value: unknown): number | undefined {
  return /^[1-9]\d{0,7}$/.test(String(value ?? '')) ? Number(value) : undefined;
}

/** The connector in the answer; pointers into it begin there. */
function unwrapped(
  { document, omitted }: { readonly document: JsonValue; readonly omitted: readonly string[] },
  at: string,
) {
  return {
    document: memberOf(document, 'connector') ?? null,
    omitted: omitted.filter((pointer) => pointer.startsWith(`${at}/`)).map((pointer) => pointer.slice(at.length)),
  };
}

function memberOf(value: JsonValue, name: string): JsonValue | undefined {
  const entry = Object.entries(asObject(value)).find(([spelled]) => spelled.toLowerCase() === name);
  return entry?.[1];
}
