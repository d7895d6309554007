import type { JsonValue } from '#shared/model/fact.ts';
import type { Connector, JsonObject } from '../records.ts';
import { asObject, isList } from './as-object.ts';
import type { ForeignConnector, ShapeKind } from './foreign-connector.ts';
import { readShapeValue } from './read-shape.ts';
import { bareGuid, GUID } from './scalars.ts';
import { writeJsv } from './write-jsv.ts';

/**
 * The connector as it was imported, without secrets; what was changed here since then has its present value. Undefined:
 * it was not imported in this shape.
 */
export function writeShape(kind: ShapeKind, connector: Connector): JsonObject | undefined {
  const { shape } = connector;
  if (shape?.kind !== kind) return undefined;
  const reading = readShapeValue(kind, shape.document);
  return reading.ok ? presentOf(shape.document, reading.foreign, connector) : shape.document;
}

/** Paylock's document as ServiceStack prints it: Guids as 32 digits. */
export function shapeAsJsv(document: JsonObject): string {
  return writeJsv(withBareGuids('', document));
}

function presentOf(document: JsonObject, said: ForeignConnector, connector: Connector): JsonObject {
  const { kind, fields } = said;
  const set = (ours: string, fallback: string, value: JsonValue) => ({ at: fields[ours] ?? fallback, value });
  const { apiKey } = connector.settings;
  const changes = [
    ...(said.name === connector.name ? [] : [set('/name', '/name', connector.name)]),
    ...((said.testMode ?? false) === connector.testMode || kind === 'payment-processor'
      ? []
      : [set('/testMode', '/testMode', kind === 'paylock' ? Number(connector.testMode) : connector.testMode)]),
    ...((said.active ?? true) === connector.active || kind === 'paylock' ? [] : activeness(said, connector.active)),
    ...(kind !== 'ixopay' || typeof apiKey !== 'string' || apiKey === said.settings['apiKey']
      ? []
      : [set('/settings/apiKey', '/apiKey', apiKey)]),
  ];
  return changes.reduce((changed, { at, value }) => withMember(changed, at.split('/').slice(1), value), document);
}

/** IXOPAY has two switches: an archived connector that is in use here is neither archived nor disabled. */
function activeness({ kind, fields }: ForeignConnector, active: boolean) {
  const at = fields['/active'] ?? '';
  if (kind === 'payment-processor') return [{ at, value: active }];
  return [{ at, value: !active }, ...(active ? [{ at: '/archived', value: false }] : [])];
}

function withMember(document: JsonObject, [name = '', ...rest]: readonly string[], value: JsonValue): JsonObject {
  if (rest.length === 0) return { ...document, [name]: value };
  return { ...document, [name]: withMember(asObject(document[name] ?? {}), rest, value) };
}

function withBareGuids(name: string, value: JsonValue): JsonValue {
  if (typeof value === 'string') return /id$/i.test(name) && GUID.test(value) ? bareGuid(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map((item) => withBareGuids(name, item));
  return Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, withBareGuids(member, inner)]));
}
