import { digestOfParts } from '#shared/model/digest.ts';
import type { Source } from '#shared/model/vocabulary.ts';
import { EVENT } from './resource-names.ts';

/**
 * The part of the inbox key behind the connector. Pushed: the transmission id alone, so that another body under a known
 * id meets the first one's row and is refused: only a CRC-32 of the body is signed. Fetched: body and what normalize
 * reads beside it; an event of PayPal's list is the same statement whenever it is read.
 */
export function paypalInboxKey(source: Source, body: Uint8Array, declared: Readonly<Record<string, string>>): string {
  const own = (name: string) => (Object.hasOwn(declared, name) ? declared[name] : undefined);
  const transmissionId = own('transmissionId');
  if (source === 'pushed' && transmissionId !== undefined) {
    return digestOfParts(source, 'transmissionId', transmissionId);
  }
  if (source !== 'fetched') return digestOfParts(source, body);
  const names = isAnsweredEvent(declared) || own('as') !== EVENT ? ['as', 'id', 'askedAt', 'settles'] : ['as'];
  const parts = names.flatMap((name) => {
    const value = own(name);
    return value === undefined ? [] : [name, value];
  });
  return digestOfParts(source, body, ...parts);
}

/** An event that was fetched because a callback hinted at it: it answers that callback. Those of a list settle nothing. */
export function isAnsweredEvent(declared: Readonly<Record<string, string>>): boolean {
  const own = (name: string) => (Object.hasOwn(declared, name) ? declared[name] : undefined);
  const settles = own('settles');
  return own('as') === EVENT && settles !== undefined && settles !== '[]';
}
