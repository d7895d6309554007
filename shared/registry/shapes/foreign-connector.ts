import type { FieldProblem } from '#shared/gateways/gateway.ts';
import type { GatewayName } from '#shared/model/vocabulary.ts';
import type { ConnectorChecks, ForeignShape, JsonObject } from '../records.ts';

export const SHAPE_KINDS = ['ixopay', 'paylock', 'payment-processor'] as const;
export type ShapeKind = ForeignShape['kind'];

/** What a document of another system says of a connector, in our words. Only what it says: nothing is defaulted. */
export interface ForeignConnector {
  readonly kind: ShapeKind;
  readonly gateway: GatewayName;
  /** As imported, without secrets. */
  readonly document: JsonObject;
  /** Secrets that are none of the connector's own, by JSON pointer into the document: they are not kept. */
  readonly omitted: readonly string[];
  readonly id?: string;
  /** Whom it belongs to over there. */
  readonly owner?: string;
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Of the gateway's own secrets (gateways/<name>/settings.ts). */
  readonly secrets: Readonly<Record<string, unknown>>;
  readonly testMode?: boolean;
  readonly active?: boolean;
  readonly checks: ConnectorChecks;
  /** Our field (`/settings/apiKey`) → its JSON pointer as the document spells it (`/APIKey`). */
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * `bad_request` is for what the foreign API answers 400 itself; all else that is wrong with the contents is `invalid`.
 */
export type ShapeRefusalCode =
  | 'invalid_json'
  | 'invalid_jsv'
  | 'wrong_content_type'
  | 'body_too_large'
  | 'bad_request'
  | 'invalid'
  | 'immutable';

export interface ShapeRefusal {
  readonly ok: false;
  readonly code: ShapeRefusalCode;
  /** Never a secret. */
  readonly detail: string;
  /** Fields are JSON pointers as the document spells them; missing ones as the manual does. */
  readonly problems: readonly FieldProblem[];
}

export type ForeignReading = { readonly ok: true; readonly foreign: ForeignConnector } | ShapeRefusal;

export function refuseShape(code: ShapeRefusalCode, problems: readonly FieldProblem[], detail?: string): ShapeRefusal {
  const fields = problems.map(({ field, message }) => `${field === '' ? 'the document' : field} ${message}`);
  return { ok: false, code, detail: detail ?? `${fields.join('; ')}.`, problems };
}
