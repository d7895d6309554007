import type { JsonValue } from '#shared/model/fact.ts';
import { membersOf, pick, withValues } from '../document-members.ts';
import type { FieldProblem } from '../gateway.ts';
import { type JsonObject, MASK, type ProvisionConnector, type ProvisionSecrets } from '../provision.ts';
import { settingText } from './setting-text.ts';

/** Members of the body (S002) in the manual's order and the spelling of its example. */
const PLAIN = ['displayName', 'testMode', 'allowToken', 'maxPaymentAmount', 'minPaymentAmount'] as const;
const LISTS = {
  billTypes: ['id', 'paymentGatewayId', 'billTypeId', 'applyConvenienceFee'],
  applications: ['id', 'paymentGatewayId', 'applicationId', 'isActive', 'primaryPaymentVenue'],
  paymentTypes: ['id', 'paymentGatewayId', 'paymentType'],
  convenienceFees: [
    ...['id', 'paymentGatewayId', 'paymentType', 'minRange', 'maxRange', 'feeAmount', 'applyAtPaymentOfBoot'],
    ...['applyAtPaymentOfNotice', 'applyAtPaymentOfTow', 'totalPaymentAmount', 'applyConvenienceFee'],
  ],
} as const;

export const DOCUMENT_SECRETS = ['/merchantKey', '/merchantPin'] as const;

export type UpdateReading =
  | { readonly ok: true; readonly update: Update }
  | { readonly ok: false; readonly problems: readonly FieldProblem[] };

export interface Update {
  readonly customerId: string;
  readonly id: string;
  readonly apiPassword: string;
  readonly body: JsonObject;
  readonly shownBody: JsonObject;
}

/** Makes the body of `PUT /customers/{customerId}/paymentgateways/{id}` from the imported document. */
export function readUpdate(connector: ProvisionConnector, secrets: ProvisionSecrets): UpdateReading {
  const { settings, shape, testMode } = connector;
  const document = shape?.kind === 'paylock' ? shape.document : undefined;
  const members = membersOf(document);
  const customerId = settingText(settings['customerId']) ?? settingText(members.get('customerid'));
  const id = settingText(settings['paymentGatewayId']) ?? settingText(members.get('id'));
  const { apiPassword } = secrets.own;
  const imported = 'is needed: PUT /connectors/{id}?shape=paylock with the payment gateway as Paylock shows it';
  const problems = [
    ...(document === undefined ? [{ field: '/shape', message: imported }] : []),
    ...(customerId === undefined ? [{ field: '/settings/customerId', message: 'is needed: a Guid of Paylock' }] : []),
    ...(id === undefined ? [{ field: '/settings/paymentGatewayId', message: 'is needed: a Guid of Paylock' }] : []),
    ...(apiPassword === undefined
      ? [{ field: '/secrets/apiPassword', message: "is needed: the password or key of Paylock's API" }]
      : []),
    ...missingSecrets(document, secrets),
    ...contradictions(members, { customerId, id, testMode }),
  ];
  if (problems.length > 0 || document === undefined) return { ok: false, problems };
  const masked = Object.fromEntries(
    Object.entries(secrets.document).map(([pointer, value]) => [pointer, value === '' ? '' : MASK]),
  );
  const ids = { customerId: customerId ?? '', id: id ?? '' };
  return {
    ok: true,
    update: {
      ...{ ...ids, apiPassword: apiPassword ?? '' },
      body: bodyOf(document, ids, secrets.document),
      shownBody: bodyOf(document, ids, masked),
    },
  };
}

/** PUT replaces the whole payment gateway: without its key and pin it could take no payment any more. */
function missingSecrets(document: JsonObject | undefined, secrets: ProvisionSecrets): readonly FieldProblem[] {
  if (document === undefined) return [];
  return DOCUMENT_SECRETS.filter((pointer) => secrets.document[pointer] === undefined).map((pointer) => ({
    field: `/gatewaySecrets/${pointer.replaceAll('/', '~1')}`,
    message: 'is needed: the request replaces it, and it is not kept here. Give "" if the payment gateway has none.',
  }));
}

function contradictions(
  members: ReadonlyMap<string, JsonValue>,
  here: { readonly customerId: string | undefined; readonly id: string | undefined; readonly testMode: boolean },
): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const again = 'import it again, or change it';
  for (const [field, own, member] of [
    ['/settings/customerId', here.customerId, 'customerid'],
    ['/settings/paymentGatewayId', here.id, 'id'],
  ] as const) {
    const there = settingText(members.get(member));
    if (own === undefined || there === undefined || sameGuid(own, there)) continue;
    problems.push({ field, value: own, message: `is not what the imported document says (${there}): ${again}` });
  }
  const testMode = members.get('testmode');
  if (testMode !== undefined && testMode !== null && (Number(testMode) !== 0) !== here.testMode) {
    const message = `is not what the imported document says (${String(testMode)}): ${again}`;
    problems.push({ field: '/testMode', value: here.testMode, message });
  }
  return problems;
}

function bodyOf(
  document: JsonObject,
  ids: { readonly customerId: string; readonly id: string },
  secrets: Readonly<Record<string, string>>,
): JsonObject {
  const members = membersOf(document);
  const lists = Object.entries(LISTS).map(([name, names]): readonly [string, JsonValue | undefined] => {
    const list = members.get(name.toLowerCase());
    return [name, Array.isArray(list) ? list.map((entry: JsonValue) => pick(entry, names)) : undefined];
  });
  return withValues([
    ...Object.entries(ids),
    ['merchantId', members.get('merchantid')],
    ['merchantKey', givenOf(secrets['/merchantKey'])],
    ['merchantPin', givenOf(secrets['/merchantPin'])],
    ...Object.entries(pick(document, PLAIN)),
    ...lists,
  ]);
}

function givenOf(secret: string | undefined): string | undefined {
  return secret === '' ? undefined : secret;
}

/** With or without dashes, in either case (S002 prints them without). */
export function sameGuid(one: string, other: string): boolean {
  const plain = (guid: string) => guid.replaceAll('-', '').toLowerCase();
  return plain(one) === plain(other);
}
