import type { RawCallback } from '#shared/gateways/gateway.ts';

/** Of a refused callback: what is needed to judge it again. Only its sealed bytes are ever stored. */
export interface KeptRequest {
  readonly method: string;
  readonly path: string;
  readonly rawQuery: string;
  /** Those that the gateway's verification reads, the signature among them. */
  readonly headers: Readonly<Record<string, string>>;
  /** The beginning only where `whole` is false. */
  readonly body: Uint8Array;
  readonly whole: boolean;
}

/** With all that stands beside it, an item of DynamoDB (400 KB) holds it. */
const MOST_BODY_BYTES = 300 * 1024;
/** What is kept of a larger one. */
const HEAD_BYTES = 1_024;
/** Path, query and headers; both homes refuse requests with more long before. */
const MOST_BESIDE_BYTES = 32 * 1024;
const FORMAT = 1;
const LENGTH_AT = 1;
const HEAD_AT = 5;

/** Undefined where path, query and headers are larger than they may be. `headers`: as the gateway's front keeps them. */
export function keptRequestOf(request: RawCallback, headers: RawCallback['headers']): KeptRequest | undefined {
  const { method, path, rawQuery } = request;
  const whole = request.body.byteLength <= MOST_BODY_BYTES;
  const kept = { method, path, rawQuery, headers, body: whole ? request.body : request.body.subarray(0, HEAD_BYTES) };
  return besideBytes({ ...kept, whole }).byteLength <= MOST_BESIDE_BYTES ? { ...kept, whole } : undefined;
}

/** One format byte, the length of what stands beside the body, that as JSON, the body. */
export function writeKeptRequest(request: KeptRequest): Uint8Array {
  const beside = besideBytes(request);
  const start = Buffer.alloc(HEAD_AT);
  start.writeUInt8(FORMAT);
  start.writeUInt32BE(beside.byteLength, LENGTH_AT);
  return Buffer.concat([start, beside, request.body]);
}

/** @throws for bytes that `writeKeptRequest` did not make. */
export function readKeptRequest(bytes: Uint8Array): KeptRequest {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength < HEAD_AT || view.readUInt8() !== FORMAT) {
    throw new Error(`The kept request has format ${view[0] ?? 'none'}; this release reads ${FORMAT}.`);
  }
  const bodyAt = HEAD_AT + view.readUInt32BE(LENGTH_AT);
  const beside = JSON.parse(view.subarray(HEAD_AT, bodyAt).toString()) as Omit<KeptRequest, 'body'>;
  return { ...beside, body: new Uint8Array(view.subarray(bodyAt)) };
}

function besideBytes({ method, path, rawQuery, headers, whole }: KeptRequest): Buffer {
  return Buffer.from(JSON.stringify({ method, path, rawQuery, headers, whole }));
}
