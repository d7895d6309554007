import type { ConnectorCredentials, RawCallback, Verdict } from '../gateway.ts';
import { isInside, rangesOf } from './source-ranges.ts';
import { member, parseTree } from './tree.ts';

/**
 * Secuconnect signs nothing (wire 1.1): that the URL's token was known is checked before, for every gateway that does not
 * sign. Here: the body is a push, and, where the connector wants it, the sender's address is one of its ranges. What
 * follows from a push is a question to the API and nothing else, so that a forger who knows the URL gains no more.
 */
export function verifySecuconnect(callback: RawCallback, connector: ConnectorCredentials): Verdict {
  const ranges = rangesOf(connector.settings);
  if (ranges !== undefined && !isInside(ranges, callback.sourceIp)) {
    const from = callback.sourceIp === undefined ? 'an address that is not known here' : callback.sourceIp.slice(0, 45);
    return {
      ok: false,
      code: 'sender_refused',
      detail: `It came from ${from}, which is in no range of /settings/sourceRanges: correct the ranges, or set "off" where a proxy stands before this service.`,
    };
  }
  const push = parseTree(callback.body);
  if (member(push, 'object') !== 'event.pushes') {
    return {
      ok: false,
      code: 'envelope_malformed',
      detail:
        'The body is no push of Secuconnect, which is a JSON object with "object": "event.pushes". The callback URL is for url_push only, not for the return URLs of the browser.',
    };
  }
  return { ok: true, keyId: 'url-token', algorithm: 'capability-token', readings: {}, declared: {} };
}
