import type { JsonValue } from '#shared/model/fact.ts';
import { isObject, membersOf } from '../document-members.ts';
import type { FieldProblem } from '../gateway.ts';
import type { OutboundClient, OutboundRequest } from '../outbound.ts';
import { type CanProvision, MASK, type ProvisionOutcome, type ShownRequest } from '../provision.ts';
import { failed, failedOnTheWay, jsonOf } from '../provision-answer.ts';
import { failureOf } from './provision-answer.ts';
import { CONFIG_SECRETS, readUpdate, type Update } from './provision-body.ts';

/** White labels have their own: `settings.provisioningHost`. */
const HOST = 'gateway.ixopay.com';
const BASE = '/api/provisioning';

/** IXOPAY's provisioning API (S000): `POST /updateConnector/:connectorGuid` with the complete imported connector. */
export const provision: CanProvision = {
  can: true,
  setsSecret: true,
  documentSecrets: CONFIG_SECRETS,
  mustChange({ merchantId, settings }) {
    const apiKey = JSON.stringify(settings['apiKey'] ?? '');
    return [
      `Merchant ${merchantId}: every program that sends signed requests to IXOPAY with the API key ${apiKey} must sign with ` +
        'the new shared secret from the moment of the change; until it does, IXOPAY refuses its payments (1004, invalid ' +
        'signature).',
      `Everybody else who verifies callbacks of ${apiKey} (shop plug-ins, other receivers) must accept the new secret ` +
        'beside the old one before the change.',
    ];
  },
  async provision({ http }, connector, secrets, { dryRun, rehearsed = false }) {
    const reading = readUpdate(connector, secrets);
    if (!reading.ok) return { outcome: 'incomplete', problems: reading.problems };
    const { update } = reading;
    const host =
      typeof connector.settings['provisioningHost'] === 'string' ? connector.settings['provisioningHost'] : HOST;
    const checked = rehearsed ? { notes: [] } : await checkKeys(http, host, update, dryRun);
    if ('outcome' in checked) return checked;
    const request = shown(host, update);
    const notes = [...update.notes, ...checked.notes];
    if (dryRun) return { outcome: 'shown', request, notes };
    const answer = await http.send({
      ...{ method: 'POST', host, path: pathOf(update), headers: headersOf(update), idempotent: update.idempotent },
      body: JSON.stringify(update.body),
    });
    if (!answer.ok) return failedOnTheWay(answer);
    return failureOf(answer, update) ?? { outcome: 'provisioned', request, notes };
  },
};

function pathOf({ guid }: Update): string {
  return `${BASE}/updateConnector/${encodeURIComponent(guid)}`;
}

function headersOf({ user, password }: Update): OutboundRequest['headers'] {
  const credentials = Buffer.from(`${user}:${password}`).toString('base64');
  return { authorization: `Basic ${credentials}`, 'content-type': 'application/json', accept: 'application/json' };
}

function shown(host: string, update: Update): ShownRequest {
  const headers = { ...headersOf(update), authorization: `Basic ${MASK}` };
  return { method: 'POST', url: `https://${host}${pathOf(update)}`, headers, body: update.shownBody };
}

type KeyCheck = { readonly notes: readonly string[] } | ProvisionOutcome;

/** Keys that did not come from the gateway must be among those that it lists for the adapter (getConnectorSettings). */
async function checkKeys(http: OutboundClient, host: string, update: Update, dryRun: boolean): Promise<KeyCheck> {
  const { newKeys, adapter } = update;
  if (newKeys.length === 0) return { notes: [] };
  const path = `${BASE}/getConnectorSettings/${encodeURIComponent(adapter)}`;
  const answer = await http.send({ method: 'GET', host, path, headers: headersOf(update), idempotent: true });
  const unread = { notes: [`The keys ${newKeys.join(', ')} could not be checked: the gateway alone decides on them.`] };
  if (!answer.ok) {
    // Nothing has been changed, whether this look-up arrived or not.
    return dryRun ? unread : { ...failedOnTheWay(answer), changed: 'no' };
  }
  if (answer.status === 401) {
    const detail =
      'IXOPAY does not accept settings.provisioningUser and secrets.provisioningPassword: correct them here.';
    return failed('gateway_unauthorized', detail, 'no');
  }
  const valid = answer.status === 200 ? keysIn(jsonOf(answer)) : [];
  if (valid.length === 0) return unread;
  const problems = newKeys.filter((key) => !valid.includes(key)).map((key) => unknownKey(key, adapter, valid));
  return problems.length === 0 ? { notes: [] } : { outcome: 'incomplete', problems };
}

function unknownKey(key: string, adapter: string, valid: readonly string[]): FieldProblem {
  const field = `/shape/addSettings/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const some = valid.slice(0, 50).join(', ');
  return { field, message: `is no setting of adapter ${JSON.stringify(adapter)}; IXOPAY lists ${some}` };
}

/** The manual does not show this answer: names, things with a name and members of `settings` are understood. */
function keysIn(json: JsonValue | undefined): readonly string[] {
  const list = Array.isArray(json) ? json : membersOf(json).get('settings');
  const names = Array.isArray(list) ? list.map(nameOf) : isObject(list) ? Object.keys(list) : [];
  return names.filter((name): name is string => typeof name === 'string' && /^[\w:.-]{1,100}$/.test(name));
}

function nameOf(entry: JsonValue): JsonValue | undefined {
  if (typeof entry === 'string') return entry;
  const members = membersOf(entry);
  return ['key', 'name', 'identifier', 'id'].map((name) => members.get(name)).find((name) => typeof name === 'string');
}
