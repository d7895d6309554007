import type { JsonValue } from '#shared/model/fact.ts';
import { isObject, membersOf } from '../document-members.ts';

/** Members by lower-case name: Amazon's own pages spell them MerchantID and merchantID (wire facts 4.2). */
export type Members = ReadonlyMap<string, JsonValue>;

/** What Amazon Pay published inside a message: undefined where it is no JSON object. */
export function readPayload(message: string): Members | undefined {
  const value = parsed(message);
  return isObject(value) ? membersOf(value) : undefined;
}

/** The merchant that a payload names; `SellerId` in the old one (V1). */
export function merchantOf(payload: Members): JsonValue | undefined {
  return payload.get('merchantid') ?? payload.get('sellerid');
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
