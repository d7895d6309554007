import { findEncrypted } from './decrypt.ts';
import { decodeUtf8, memberText, parseJson, readJsonObject } from './read-json.ts';
import { isTree, own, type Tree } from './tree.ts';

/** Which bytes are "the payload" that the guide speaks of; `declared.scheme` of a stored callback. */
export const PAYLOAD_SCHEMES = ['body', 'payload', 'payload-compact', 'decrypted'] as const;
export type PayloadScheme = (typeof PAYLOAD_SCHEMES)[number];

/** What the signature of a callback covers, and nothing else of it. */
export interface SignedStatement {
  /** Absent where only the payload was signed: event type, ids and times of the envelope are then anybody's word. */
  readonly envelope?: Tree;
  /** Undefined: there is none, or it is no JSON. */
  readonly payload: unknown;
}

/** What may be believed of a callback. Total: any bytes give a statement. */
export function readSigned(body: Uint8Array, declared: Readonly<Record<string, string>>): SignedStatement {
  const text = decodeUtf8(body);
  const document = readJsonObject(text);
  const plain = own(declared, 'payload');
  // What was opened belongs to this body, or to nothing.
  const isOpened = typeof plain === 'string' && findEncrypted(text, document?.tree) !== undefined;
  const inside = isOpened ? parseJson(plain) : undefined;
  // A whole envelope may have been encrypted; the signature covers it as plain text, or as what it was made of.
  if (isEnvelope(inside)) return { envelope: inside, payload: own(inside, 'payload') };
  const scheme = own(declared, 'scheme');
  const payload = plain === undefined ? payloadOf(document, scheme) : inside;
  if (scheme !== 'body' || document === undefined) return { payload };
  return { envelope: document.tree, payload };
}

function payloadOf(document: ReturnType<typeof readJsonObject>, scheme: unknown): unknown {
  if (document === undefined) return undefined;
  if (scheme !== 'payload') return own(document.tree, 'payload');
  // Read from the very characters that were signed.
  const exact = memberText(document, 'payload');
  return exact === undefined ? undefined : parseJson(exact);
}

function isEnvelope(value: unknown): value is Tree {
  return isTree(value) && own(value, 'payload') !== undefined && typeof own(value, 'eventType') === 'string';
}

/** The payloads of a notification: version 3 has one object, the older envelope an array of `{data, organizationId}`. */
export function payloadsOf({ payload }: SignedStatement): readonly Tree[] {
  const all: readonly unknown[] = Array.isArray(payload) ? payload : [payload];
  return all.slice(0, MAX_PAYLOADS).filter(isTree);
}

const MAX_PAYLOADS = 100;

/** Whose notification it says it is, as far as that was signed. */
export function organizationsOf(statement: SignedStatement): readonly unknown[] {
  const named = [statement.envelope, ...payloadsOf(statement)].map((tree) => own(tree, 'organizationId'));
  return named.filter((name) => name !== undefined && name !== null && name !== '');
}
