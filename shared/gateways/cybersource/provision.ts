import type { FieldProblem } from '../gateway.ts';
import type { OutboundAnswer, OutboundTrouble } from '../outbound.ts';
import {
  type CanProvision,
  type JsonObject,
  MASK,
  type Obtained,
  type ProvisionConnector,
  type ProvisionFailure,
  type ProvisionOutcome,
  type ProvisionSecrets,
  type ShownRequest,
} from '../provision.ts';
import { failed, failedOnTheWay } from '../provision-answer.ts';
import { type Account, accountOf, type Call, callApi, jsonOf, missingForApi } from './api.ts';
import { chooseProducts, isAsWanted, type Product, productsOf, subscriptionOf } from './subscription.ts';
import { readTime } from './times.ts';
import { at, isTree, own, textOf } from './tree.ts';

const WEBHOOKS = '/notification-subscriptions/v2/webhooks';
const PRODUCTS = '/notification-subscriptions/v2/products';
const KEYS = '/kms/egress/v2/keys-sym';
const KEY_DAYS = '365';
/** A key that ends sooner is replaced. */
const RENEWAL_MS = 30 * 86_400_000;
const MAX_KEYS = 20;
/** Three attempts a minute apart, then held back until the health check answers: nothing is lost while we are down. */
const RETRY_POLICY = {
  ...{ algorithm: 'ARITHMETIC', firstRetry: 1, interval: 1, numberOfRetries: 3, deactivateFlag: 'true' },
  ...{ repeatSequenceCount: 0, repeatSequenceWaitTime: 0 },
};

type Deps = Parameters<CanProvision['provision']>[0];

/** The webhook subscription of a connector and the key that it is signed with (Webhooks Implementation Guide; REST API). */
export const provision: CanProvision = {
  can: true,
  setsSecret: false,
  documentSecrets: [],
  mustChange: () => [],
  async provision(deps, connector, secrets, { dryRun }) {
    const problems = problemsOf(connector, secrets);
    const account = accountOf(connector, secrets.own);
    if (problems.length > 0 || account === undefined) return { outcome: 'incomplete', problems };
    const plan = await planOf(deps, connector, secrets, account);
    if ('outcome' in plan) return plan;
    if (dryRun) return { outcome: 'shown', request: shown(account, plan.call), notes: plan.notes };
    const key = plan.needsKey ? await makeKey(deps, connector, secrets, account) : {};
    return 'outcome' in key ? key : apply(deps, account, plan, key);
  },
};

function problemsOf({ settings, callbackUrl }: ProvisionConnector, { own: secrets }: ProvisionSecrets): FieldProblem[] {
  const missing = [
    ...(textOf(settings['organizationId']) === undefined ? ['/settings/organizationId'] : []),
    ...missingForApi(settings, secrets['restKey'] !== undefined),
  ];
  const problems: FieldProblem[] = missing.map((field) => ({ field, message: 'is needed to call the REST API' }));
  if (!callbackUrl.startsWith('https://')) {
    problems.push({
      field: '/callbackUrl',
      value: callbackUrl,
      message: 'must begin with https://: CyberSource calls no other',
    });
  }
  return problems;
}

interface Plan {
  readonly call: Call & { readonly body: string };
  /** Undefined: a subscription is made. */
  readonly webhookId: string | undefined;
  /** As the settings have it. */
  readonly knownId: string | undefined;
  readonly isDone: boolean;
  readonly needsKey: boolean;
  readonly notes: readonly string[];
}

/** What has to be done, by what is there already. Only reads. */
async function planOf(
  deps: Deps,
  connector: ProvisionConnector,
  secrets: ProvisionSecrets,
  account: Account,
): Promise<Plan | ProvisionOutcome> {
  const { settings, callbackUrl, connectorId } = connector;
  const organizationId = String(settings['organizationId']);
  const inQuery = encodeURIComponent(organizationId);
  const knownId = textOf(settings['webhookId']);
  const list = await read(deps, account, `${WEBHOOKS}?organizationId=${inQuery}`);
  if ('outcome' in list) return list;
  const known = subscriptionOf(list.json, callbackUrl, knownId);
  const choice = await chosen(deps, account, connector, secrets.own['mlePrivateKey'] !== undefined);
  if ('outcome' in choice) return choice;
  const wanted = {
    ...{ name: `Postrider ${connectorId}`.slice(0, 50), description: 'Events to Postrider', organizationId },
    ...{ products: choice.products, webhookUrl: callbackUrl, healthCheckUrl: `${callbackUrl}/health` },
    ...{ notificationScope: 'SELF', securityPolicy: { securityType: 'KEY' } },
  };
  const webhookId = textOf(own(known, 'webhookId'));
  const needsKey = keyIsDue(settings, secrets, deps.now());
  const isDone = known !== undefined && webhookId !== undefined && isAsWanted(known, wanted, choice.products);
  const isNew = webhookId === undefined;
  const body = JSON.stringify(isNew ? { ...wanted, retryPolicy: RETRY_POLICY } : wanted);
  const path = isNew ? WEBHOOKS : `${WEBHOOKS}/${encodeURIComponent(webhookId)}`;
  const call = { method: isNew ? 'POST' : 'PATCH', path, body, idempotent: !isNew, accept: JSON_TYPE } as const;
  const keyNote = needsKey ? [`A key is made first (POST ${KEYS}); it takes the place of the one before.`] : [];
  const doneNote = isDone ? ['The subscription is as wanted and is left alone.'] : [];
  return { call, webhookId, knownId, isDone, needsKey, notes: [...choice.notes, ...keyNote, ...doneNote] };
}

const JSON_TYPE = 'application/json;charset=utf-8';

/** Undefined times are kept: nobody knows when such a key ends. */
function keyIsDue(settings: ProvisionConnector['settings'], { own: secrets }: ProvisionSecrets, now: Date): boolean {
  if (keysIn(secrets).length === 0) return true;
  const ends = readTime(settings['webhookKeyExpiresAt']);
  return ends !== undefined && Date.parse(ends) - now.getTime() < RENEWAL_MS;
}

function keysIn(secrets: Readonly<Record<string, string>>): readonly unknown[] {
  try {
    const keys: unknown = JSON.parse(secrets['webhookKeys'] ?? '[]');
    return Array.isArray(keys) ? keys : [];
  } catch {
    return [];
  }
}

async function chosen(
  deps: Deps,
  account: Account,
  { settings }: ProvisionConnector,
  canDecrypt: boolean,
): Promise<{ readonly products: readonly Product[]; readonly notes: readonly string[] } | ProvisionOutcome> {
  const given = productsOf(settings['products']);
  if (given !== undefined) return { products: given, notes: [] };
  const offered = await read(deps, account, `${PRODUCTS}/${encodeURIComponent(String(settings['organizationId']))}`);
  if ('outcome' in offered) return offered;
  const choice = chooseProducts(offered.json, canDecrypt);
  if (choice !== undefined && choice.products.length > 0) return choice;
  const message = 'must be given: CyberSource offers the organization no event that is understood here';
  return { outcome: 'incomplete', problems: [{ field: '/settings/products', message }] };
}

type Read = { readonly json: unknown } | ProvisionFailure;

async function read(deps: Deps, account: Account, path: string): Promise<Read> {
  const answer = await callApi(deps, account, { method: 'GET', path, accept: JSON_TYPE });
  // No subscription yet may be a 404.
  if (answer.ok && answer.status === 404 && path.startsWith(WEBHOOKS)) return { json: [] };
  const failure = failureOf(answer, 'no');
  if (failure !== undefined || !answer.ok) return failure ?? failed('gateway_answer_unexpected', '', 'no');
  return { json: jsonOf(answer) };
}

/** What was made, or why it was not: a new key beside those that are known. */
async function makeKey(
  deps: Deps,
  { settings }: ProvisionConnector,
  { own: secrets }: ProvisionSecrets,
  account: Account,
): Promise<Obtained | ProvisionFailure> {
  const organizationId = String(settings['organizationId']);
  const keyInformation = {
    ...{ provider: 'nrtd', tenant: organizationId, keyType: 'sharedSecret', organizationId },
    expiryDuration: KEY_DAYS,
  };
  const body = JSON.stringify({ clientRequestAction: 'CREATE', keyInformation });
  const answer = await callApi(deps, account, { method: 'POST', path: KEYS, body });
  const failure = failureOf(answer, 'unknown');
  if (failure !== undefined || !answer.ok) return failure ?? failed('gateway_answer_unexpected', '', 'unknown');
  const made = at(jsonOf(answer), 'keyInformation');
  const [keyId, key] = [textOf(own(made, 'keyId')), textOf(own(made, 'key'))];
  if (keyId === undefined || key === undefined || Buffer.from(key, 'base64').byteLength !== 32) {
    const detail = `CyberSource answered ${answer.status} to the making of a key, without a key of 32 bytes: look there.`;
    return failed('gateway_answer_unexpected', detail, 'unknown');
  }
  const webhookKeyExpiresAt = readTime(own(made, 'expirationDate'));
  const others = keysIn(secrets).filter((one) => own(one, 'keyId') !== keyId);
  return {
    secrets: { webhookKeys: [{ keyId, key }, ...others].slice(0, MAX_KEYS) },
    ...(webhookKeyExpiresAt !== undefined && { settings: { webhookKeyExpiresAt } }),
  };
}

async function apply(deps: Deps, account: Account, plan: Plan, key: Obtained): Promise<ProvisionOutcome> {
  const request = shown(account, plan.call);
  if (plan.isDone) {
    return { outcome: 'provisioned', request, notes: plan.notes, ...obtained(key, plan, plan.webhookId) };
  }
  const answer = await callApi(deps, account, plan.call);
  const failure = failureOf(answer, 'unknown');
  if (failure !== undefined || !answer.ok) {
    return { ...(failure ?? failed('gateway_answer_unexpected', '', 'unknown')), ...obtained(key, plan, undefined) };
  }
  const json = jsonOf(answer);
  const webhookId = textOf(own(json, 'webhookId')) ?? plan.webhookId;
  if (!isTree(json) || webhookId === undefined) {
    const detail = `CyberSource answered ${answer.status} without a webhookId: look at the subscriptions there.`;
    return { ...failed('gateway_answer_unexpected', detail, 'unknown'), ...obtained(key, plan, undefined) };
  }
  const status = textOf(own(json, 'status'));
  const isOdd = status !== undefined && status !== 'ACTIVE' && /^[A-Z_]{1,32}$/.test(status);
  const notes = isOdd
    ? [`The subscription is ${status}: CyberSource asks the health check, or reviews the URL, first.`]
    : [];
  return { outcome: 'provisioned', request, notes: [...plan.notes, ...notes], ...obtained(key, plan, webhookId) };
}

/** Only what is there: an outcome with nothing new stores nothing. */
function obtained(key: Obtained, { knownId }: Plan, webhookId: string | undefined): { readonly obtained?: Obtained } {
  const isNew = webhookId !== undefined && webhookId !== knownId;
  const settings = { ...key.settings, ...(isNew && { webhookId }) };
  const all: Obtained = { ...key, ...(Object.keys(settings).length > 0 && { settings }) };
  return Object.keys(all).length === 0 ? {} : { obtained: all };
}

function failureOf(answer: OutboundAnswer | OutboundTrouble, changed: 'no' | 'unknown'): ProvisionFailure | undefined {
  if (!answer.ok) return { ...failedOnTheWay(answer), ...(changed === 'no' && { changed }) };
  const { status } = answer;
  if (status >= 200 && status < 300) return undefined;
  const said = `CyberSource answered ${status}`;
  if (status === 401 || status === 403) {
    return failed(
      'gateway_unauthorized',
      `${said}: look at settings.merchantId, secrets.restKey and what it may do.`,
      'no',
    );
  }
  if (status === 429) return failed('gateway_busy', `${said}, too many requests: repeat it later.`, 'no');
  if (status >= 500) return failed('gateway_internal_error', `${said}: look there, and repeat.`, changed);
  if (status === 404)
    return failed('gateway_entity_missing', `${said}: look at settings.organizationId and webhookId.`, 'no');
  return failed(
    'gateway_invalid_request',
    `${said}: see the dry run, and whether the organization may use webhooks.`,
    'no',
  );
}

function shown({ host, merchantId }: Account, { method, path, body }: Plan['call']): ShownRequest {
  const headers = { 'content-type': JSON_TYPE, 'v-c-merchant-id': merchantId, signature: MASK };
  return { method, url: `https://${host}${path}`, headers, body: JSON.parse(body) as JsonObject };
}
