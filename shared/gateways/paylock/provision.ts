import type { OutboundRequest } from '../outbound.ts';
import { type CanProvision, MASK, type ProvisionConnector, type ShownRequest } from '../provision.ts';
import { failedOnTheWay } from '../provision-answer.ts';
import { apiAuthorization, apiHostOf } from './api-access.ts';
import { failureOf } from './provision-answer.ts';
import { DOCUMENT_SECRETS, readUpdate, type Update } from './provision-body.ts';

/** Paylock's `PUT /customers/{customerId}/paymentgateways/{id}` (S002) with the imported payment gateway, as JSON. */
export const provision: CanProvision = {
  can: true,
  setsSecret: false,
  documentSecrets: DOCUMENT_SECRETS,
  mustChange: () => [],
  async provision({ http }, connector, secrets, { dryRun }) {
    const reading = readUpdate(connector, secrets);
    if (!reading.ok) return { outcome: 'incomplete', problems: reading.problems };
    const { update } = reading;
    const host = apiHostOf(connector.settings);
    const request = shown(host, connector, update);
    if (dryRun) return { outcome: 'shown', request, notes: [] };
    const answer = await http.send({
      ...{ method: 'PUT', host, path: pathOf(update), headers: headersOf(connector, update) },
      // PUT of the whole: twice is as once.
      idempotent: true,
      body: JSON.stringify(update.body),
    });
    if (!answer.ok) return failedOnTheWay(answer);
    return failureOf(answer, update) ?? { outcome: 'provisioned', request, notes: [] };
  },
};

function pathOf({ customerId, id }: Update): string {
  return `/customers/${encodeURIComponent(customerId)}/paymentgateways/${encodeURIComponent(id)}`;
}

function headersOf(connector: ProvisionConnector, { apiPassword }: Update): OutboundRequest['headers'] {
  return {
    authorization: apiAuthorization(connector.settings, apiPassword),
    'content-type': 'application/json',
    accept: 'application/json',
  };
}

function shown(host: string, connector: ProvisionConnector, update: Update): ShownRequest {
  const scheme = apiAuthorization(connector.settings, '').split(' ')[0] ?? '';
  const headers = { ...headersOf(connector, update), authorization: `${scheme} ${MASK}` };
  return { method: 'PUT', url: `https://${host}${pathOf(update)}`, headers, body: update.shownBody };
}
