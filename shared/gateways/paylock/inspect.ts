import type { FieldProblem, StoredStatement } from '../gateway.ts';
import { readBody } from './body.ts';
import { type BodyValue, textOf, valueAt } from './body-value.ts';
import { readReading } from './reading.ts';

/** Looked at in every message; those of the envelope stand apart. */
const ITEM_PATHS = [
  ...['idPath', 'kindPath', 'statusPath', 'amountPath', 'feePath', 'totalPath', 'currencyPath', 'referencePath'],
  ...['originalPath', 'paymentTypePath', 'merchantIdPath', 'updatedAtPath'],
] as const;
/** Without these a callback says nothing. */
const NEEDED = ['idPath', 'statusPath'] as const;

/** Which of the connector's paths find nothing in the first message of a callback: for the test callback of an operator. */
export function inspectPaylock({ body, declared }: StoredStatement): readonly FieldProblem[] {
  const reading = readReading(Object.hasOwn(declared, 'reading') ? declared['reading'] : undefined);
  if (reading === undefined) return [{ field: '/settings', message: 'say nothing of how a body is read' }];
  const unset = reading.hint ? (['idPath'] as const) : NEEDED;
  const problems: FieldProblem[] = unset
    .filter((name) => reading[name] === undefined)
    .map((name) => ({ field: `/settings/${name}`, message: 'is not set: without it a callback says nothing' }));
  const read = readBody(body, reading.bodyFormat);
  if (!read.ok) return [...problems, { field: '/request/body', message: `${read.reason}: ${read.detail}` }];
  const found = reading.itemsPath === undefined ? read.value : valueAt(read.value, reading.itemsPath);
  if (found === undefined) return [...problems, finds('itemsPath', reading.itemsPath, 'nothing')];
  const first: BodyValue = Array.isArray(found) ? (found[0] ?? null) : found;
  const event = reading.idempotencyPath;
  return [
    ...problems,
    ...(event !== undefined && textOf(valueAt(read.value, event)) === undefined
      ? [finds('idempotencyPath', event, whatStandsAt(read.value, event))]
      : []),
    ...ITEM_PATHS.flatMap((name) => {
      const path = reading[name];
      if (path === undefined || textOf(valueAt(first, path)) !== undefined) return [];
      return [finds(name, path, whatStandsAt(first, path))];
    }),
  ];
}

function finds(name: string, path: string | undefined, what: string): FieldProblem {
  return { field: `/settings/${name}`, value: path, message: `finds ${what} in this callback` };
}

function whatStandsAt(value: BodyValue, path: string): string {
  const found = valueAt(value, path);
  if (found === undefined || found === null || found === '') return 'nothing';
  return Array.isArray(found) ? 'a list' : 'members, and no text,';
}
