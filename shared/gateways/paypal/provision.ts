import type { JsonValue } from '#shared/model/fact.ts';
import type { FieldProblem } from '../gateway.ts';
import type { OutboundAnswer, OutboundClient } from '../outbound.ts';
import {
  type CanProvision,
  type JsonObject,
  MASK,
  type Provision,
  type ProvisionConnector,
  type ProvisionOutcome,
  type ShownRequest,
} from '../provision.ts';
import { failed, failedOnTheWay } from '../provision-answer.ts';
import { grantToken } from './access-token.ts';
import { at, readDocument, type Tree } from './document.ts';
import { idAt, treesAt } from './fields.ts';
import { apiHostOf } from './hosts.ts';
import { failureOf } from './provision-failure.ts';

const PATH = '/v1/notifications/webhooks';
/** Every event, those of later too (Webhooks v1 reference, event_types). */
const ALL_EVENTS = '*';
const MAX_WEBHOOKS = 100;

interface Change {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly body: JsonValue;
  readonly notes: readonly string[];
}

/** The webhook of the app: the one with our id or URL is brought up to date, else one is made (Webhooks v1 reference). */
const paypalProvision: CanProvision = {
  can: true,
  setsSecret: false,
  documentSecrets: [],
  mustChange: () => [],
  async provision({ http }, connector, { own }, { dryRun }) {
    const problems = problemsOf(connector, own);
    if (problems.length > 0) return { outcome: 'incomplete', problems };
    const api = await signIn(http, connector, own['clientSecret'] ?? '');
    if ('outcome' in api) return api;
    const listed = await api.send('GET', PATH);
    if (!listed.ok) return failedOnTheWay({ ...listed, sent: false });
    const webhooks = webhooksIn(listed);
    if (webhooks === undefined) return { ...failureOf(listed), changed: 'no' };
    const current =
      webhooks.find(({ id }) => id === connector.settings['webhookId']) ??
      webhooks.find(({ url }) => url === connector.callbackUrl);
    const change = changeOf(connector, current);
    const request = shown(api.host, change);
    if (dryRun) return { outcome: 'shown', request, notes: change.notes };
    if (change.method === 'GET') return provisioned(connector, request, change.notes, current?.id);
    const answer = await api.send(change.method, change.path, change.body);
    if (!answer.ok) return failedOnTheWay(answer);
    const id = answer.status < 300 ? webhookIn(answer)?.id : undefined;
    return id === undefined ? failureOf(answer) : provisioned(connector, request, change.notes, id);
  },
};

/** How the gateway's side of a connector is configured. */
export const provision: Provision = paypalProvision;

function problemsOf(connector: ProvisionConnector, own: Readonly<Record<string, string>>): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (typeof connector.settings['clientId'] !== 'string') {
    problems.push({ field: '/settings/clientId', message: 'is needed: the app whose webhook it is' });
  }
  if ((own['clientSecret'] ?? '') === '') {
    problems.push({ field: '/secrets/clientSecret', message: 'is needed to ask PayPal’s API' });
  }
  if (!/^https:\/\/[^/:]+(?::443)?\//.test(connector.callbackUrl)) {
    const message = 'PayPal calls https on port 443 only: give this installation such a public URL';
    problems.push({ field: '/callbackUrl', value: connector.callbackUrl, message });
  }
  return problems;
}

async function signIn(http: OutboundClient, connector: ProvisionConnector, clientSecret: string) {
  const host = apiHostOf(connector.settings);
  const clientId = String(connector.settings['clientId']);
  const token = await grantToken(http, { host, clientId, clientSecret });
  if (token.outcome !== 'token') {
    const code = token.outcome === 'not_allowed' ? 'gateway_unauthorized' : 'gateway_answer_unexpected';
    return failed(token.outcome === 'rate_limited' ? 'gateway_busy' : code, token.detail, 'no');
  }
  return {
    host,
    send: (method: Change['method'], path: string, body?: JsonValue) =>
      http.send({
        ...{ method, host, path, idempotent: method === 'GET' },
        headers: {
          authorization: `Bearer ${token.token}`,
          accept: 'application/json',
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
  };
}

interface Webhook {
  readonly id: string;
  readonly url: unknown;
  readonly events: readonly unknown[];
}

function webhooksIn(answer: OutboundAnswer): readonly Webhook[] | undefined {
  const reading = answer.status === 200 ? readDocument(answer.body) : undefined;
  if (reading?.ok !== true || !Array.isArray(at(reading.tree, 'webhooks'))) return undefined;
  return treesAt(reading.tree, MAX_WEBHOOKS, 'webhooks').flatMap((tree) => webhookOf(tree) ?? []);
}

function webhookIn(answer: OutboundAnswer): Webhook | undefined {
  const reading = readDocument(answer.body);
  return reading.ok ? webhookOf(reading.tree) : undefined;
}

function webhookOf(tree: Tree): Webhook | undefined {
  const id = idAt(tree, 'id');
  const events = treesAt(tree, 500, 'event_types').map((type) => at(type, 'name'));
  return id === undefined ? undefined : { id, url: at(tree, 'url'), events };
}

function changeOf({ callbackUrl, settings }: ProvisionConnector, current: Webhook | undefined): Change {
  const eventTypes = [{ name: ALL_EVENTS }];
  if (current === undefined) {
    const known = settings['webhookId'];
    const notes = [
      ...(typeof known === 'string' ? [`The app has no webhook ${known} any more: another is made.`] : []),
      'The id of the new webhook is stored as /settings/webhookId.',
    ];
    return { method: 'POST', path: PATH, body: { url: callbackUrl, event_types: eventTypes }, notes };
  }
  const patches: JsonObject[] = [];
  if (current.url !== callbackUrl) patches.push({ op: 'replace', path: '/url', value: callbackUrl });
  if (!current.events.includes(ALL_EVENTS)) patches.push({ op: 'replace', path: '/event_types', value: eventTypes });
  const path = `${PATH}/${current.id}`;
  if (patches.length === 0) {
    return { method: 'GET', path, body: {}, notes: [`The webhook ${current.id} is as it should be: nothing is sent.`] };
  }
  return { method: 'PATCH', path, body: patches, notes: [`The webhook ${current.id} is changed.`] };
}

function shown(host: string, { method, path, body }: Change): ShownRequest {
  const fields = Array.isArray(body) ? { patch: body } : (body as JsonObject);
  return { method, url: `https://${host}${path}`, headers: { authorization: `Bearer ${MASK}` }, body: fields };
}

function provisioned(
  { settings }: ProvisionConnector,
  request: ShownRequest,
  notes: readonly string[],
  webhookId: string | undefined,
): ProvisionOutcome {
  const isNew = webhookId !== undefined && webhookId !== settings['webhookId'];
  return { outcome: 'provisioned', request, notes, ...(isNew && { obtained: { settings: { webhookId } } }) };
}
