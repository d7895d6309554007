import type { JsonValue } from '#shared/model/fact.ts';
import { type ForeignReading, refuseShape, type ShapeKind } from './foreign-connector.ts';
import { readIxopayShape } from './ixopay-shape.ts';
import { readPaylockShape } from './paylock-shape.ts';
import { readPaymentProcessorShape } from './payment-processor-shape.ts';
import { readDocument } from './read-document.ts';

const READERS: Readonly<Record<ShapeKind, (input: JsonValue) => ForeignReading>> = {
  ixopay: readIxopayShape,
  paylock: readPaylockShape,
  'payment-processor': readPaymentProcessorShape,
};

/**
 * Reads a connector as another system writes it down (JSON; Paylock's also JSV). Pure and total: any bytes give a
 * connector or every field that is wrong, never with a secret's value.
 */
export function readShape(kind: ShapeKind, contentType: string | undefined, bytes: Uint8Array): ForeignReading {
  const reading = readDocument(kind, contentType, bytes);
  return reading.ok ? readShapeValue(kind, reading.value) : reading;
}

/** As {@link readShape}, of a value that is read already. */
export function readShapeValue(kind: ShapeKind, value: JsonValue): ForeignReading {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return READERS[kind](value);
  return refuseShape('invalid', [{ field: '', message: 'must be an object' }]);
}
