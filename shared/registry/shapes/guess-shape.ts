import type { JsonValue } from '#shared/model/fact.ts';
import { asObject } from './as-object.ts';
import type { ShapeKind } from './foreign-connector.ts';

/** Members that no other shape has. */
const MARKS: Readonly<Record<ShapeKind, readonly string[]>> = {
  'payment-processor': ['settingsjson', 'companyprojectid'],
  paylock: ['displayname', 'customerid', 'conveniencefees', 'billtypes'],
  ixopay: ['connector', 'adapter', 'apikey', 'postbackformat', 'merchantguid', 'sharedsecret'],
};

/** Which system wrote the document; undefined where it might be several, or none. */
export function guessShape(document: JsonValue): ShapeKind | undefined {
  const names = Object.keys(asObject(document)).map((name) => name.toLowerCase());
  const fitting = (Object.keys(MARKS) as ShapeKind[]).filter((kind) =>
    MARKS[kind].some((mark) => names.includes(mark)),
  );
  return fitting.length === 1 ? fitting[0] : undefined;
}
