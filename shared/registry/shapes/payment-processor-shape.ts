import * as z from 'zod';
import { GATEWAY_SETTINGS } from '#shared/gateways/gateway-settings-table.ts';
import type { JsonValue } from '#shared/model/fact.ts';
import type { GatewayName } from '#shared/model/vocabulary.ts';
import type { JsonObject } from '../records.ts';
import { asObject, isList } from './as-object.ts';
import { fieldProblemsOf, type PathProblem, pathProblems } from './document-problems.ts';
import { type ForeignReading, refuseShape } from './foreign-connector.ts';
import { readJsonText } from './read-document.ts';
import { GUID, isUnset } from './scalars.ts';
import { readSettingsJson, type SettingsJson } from './settings-json.ts';
import { spellingOf } from './spelling.ts';

const GATEWAYS: Readonly<Record<string, GatewayName>> = {
  CyberSource: 'cybersource',
  PayPal: 'paypal',
  Amazon: 'amazon-pay',
};
const PAYMENT_TYPES = ['CreditCard', 'Amazon', 'ExpressCheckout'];

/** By name, or by the one number that the manual uses: its example's `1`, which is the first of its list. */
function choiceOf(names: readonly string[]) {
  return z.unknown().transform((value, context): string => {
    const given = typeof value === 'string' ? value.toLowerCase() : undefined;
    const found = value === 1 ? names[0] : names.find((name) => name.toLowerCase() === given);
    if (found !== undefined) return found;
    const [first = '', ...others] = names;
    context.addIssue({
      code: 'custom',
      message: `must be ${first}, ${others.join(' or ')}; as a number only 1, ${first}`,
    });
    return z.NEVER;
  });
}

const guid = z.string().regex(GUID, 'must be a Guid');

/** A project's payment processor as PUT /api/adm/projectPaymentProcessors/{id} takes it: all members, every time. */
const paymentProcessorDocument = z.looseObject({
  id: guid,
  name: z.string().max(50, 'must have at most 50 characters'),
  gateway: choiceOf(Object.keys(GATEWAYS)),
  companyProjectId: guid,
  paymentType: choiceOf(PAYMENT_TYPES),
  settingsJson: z.string(),
  isActive: z.boolean(),
});

const REQUIRED = Object.keys(paymentProcessorDocument.shape);
/** What is secret in settingsJson depends on the gateway: it is opened apart from the rest, and never shown. */
const HIDDEN: ReadonlySet<string> = new Set(['settingsJson']);

export function readPaymentProcessorShape(input: JsonValue): ForeignReading {
  const spelling = spellingOf(paymentProcessorDocument, input, new Set());
  const { canonical } = spelling;
  const members = asObject(canonical);
  const missing = REQUIRED.filter((name) => isUnset(members[name]));
  const parsed = paymentProcessorDocument.safeParse(canonical);
  const wrong = pathProblems(parsed.error, canonical).filter(({ path }) => !missing.includes(String(path[0])));
  const settings = settingsOf(members);
  const problems: readonly PathProblem[] = [
    ...missing.map((name) => ({ path: [name], message: 'is missing: all fields must be given' })),
    ...wrong,
    ...settings.problems,
  ];
  const named = fieldProblemsOf(spelling, problems, HIDDEN);
  if (!parsed.success || named.length > 0 || settings.read === undefined) {
    // The manual's own 400s: missing fields, malformed settingsJson, a name too long.
    const isBadRequest =
      missing.length > 0 ||
      problems.some(({ path: [first] }) => first === 'settingsJson') ||
      (typeof members['name'] === 'string' && members['name'].length > 50);
    return refuseShape(isBadRequest ? 'bad_request' : 'invalid', named);
  }
  const { id, name, companyProjectId, isActive, gateway } = parsed.data;
  const { read } = settings;
  const at = spelling.pointer(['settingsJson']);
  const testMode = testModeOf(read.settings);
  return {
    ok: true,
    foreign: {
      ...{ kind: 'payment-processor', gateway: GATEWAYS[gateway] ?? 'cybersource', id, owner: companyProjectId, name },
      document: { ...asObject(spelling.document), [at.slice(1)]: JSON.stringify(read.publicMembers) },
      omitted: [...spelling.omitted, ...read.omitted.map((member) => `${at}${member}`)],
      settings: read.settings,
      secrets: read.secrets,
      ...(testMode === undefined ? {} : { testMode }),
      active: isActive,
      checks: {},
      fields: {
        ...Object.fromEntries(Object.entries(read.fields).map(([ours, member]) => [ours, `${at}${member}`])),
        '/connectorId': spelling.pointer(['id']),
        '/merchantId': spelling.pointer(['companyProjectId']),
        '/gateway': spelling.pointer(['gateway']),
        '/name': spelling.pointer(['name']),
        '/active': spelling.pointer(['isActive']),
      },
    },
  };
}

/** As far as the gateway is known: what it wants of its settings. */
function settingsOf(members: JsonObject): { read?: SettingsJson; problems: readonly PathProblem[] } {
  const text = members['settingsJson'];
  if (isUnset(text) || typeof text !== 'string') return { problems: [] };
  const document = readJsonText(text);
  if (!document.ok) return { problems: [{ path: ['settingsJson'], message: 'is not JSON' }] };
  const { value } = document;
  if (typeof value !== 'object' || value === null || isList(value))
    return { problems: [{ path: ['settingsJson'], message: 'must hold an object' }] };
  const choice = choiceOf(Object.keys(GATEWAYS)).safeParse(members['gateway']);
  const gateway = choice.success ? GATEWAYS[choice.data] : undefined;
  const gatewaySettings = gateway === undefined ? undefined : GATEWAY_SETTINGS[gateway];
  if (gateway === undefined || gatewaySettings === undefined) return { problems: [] };
  return readSettingsJson(gateway, gatewaySettings, value);
}

/** The shape has no test mode of its own; the environment among the settings says it. */
function testModeOf(settings: Readonly<Record<string, unknown>>): boolean | undefined {
  const { environment } = settings;
  return environment === undefined ? undefined : environment !== 'live';
}
