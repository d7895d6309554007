import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { RawCallback } from './gateway.ts';

const sampleSchema = z.strictObject({
  /** One sentence: what happened. */
  about: z.string().min(1),
  /** `manual`: published by the gateway; `made`: written by hand from the manual. */
  origin: z.enum(['manual', 'made']),
  connector: z.strictObject({
    id: z.string(),
    apiKey: z.string(),
    /** Made for the sample; no real secret. */
    sharedSecret: z.string(),
    /** What differs from the defaults. */
    settings: z.record(z.string(), z.unknown()),
  }),
  verdict: z.strictObject({
    algorithm: z.string(),
    readings: z.strictObject({
      contentType: z.enum(['received', 'canonical']),
      date: z.enum(['Date', 'X-Date']),
      path: z.enum(['registered', 'received']),
    }),
  }),
  /** The facts that must come out, one entry a subject; null says that a fact must be absent. Written by hand. */
  expect: z.array(z.looseObject({ type: z.enum(['transaction', 'instrument', 'schedule', 'notice']) })).min(1),
});

export type Sample = z.infer<typeof sampleSchema>;

/**
 * Reads one folder of `events/<gateway>/`: `request.http` (the request's bytes as over the wire) and `sample.json` (where
 * it comes from and what must come out). Throws with the file's name when one is missing or not of that form.
 */
export function readSample(folder: string): { readonly callback: RawCallback; readonly sample: Sample } {
  const sample = sampleSchema.safeParse(JSON.parse(readFileSync(join(folder, 'sample.json'), 'utf8')));
  if (!sample.success) throw new Error(`${join(folder, 'sample.json')}: ${z.prettifyError(sample.error)}`);
  const file = join(folder, 'request.http');
  const callback = parseRequest(readFileSync(file));
  if (!callback) {
    throw new Error(`${file} is not an HTTP/1.1 request with CRLF line ends; check that git did not convert them.`);
  }
  return { callback, sample: sample.data };
}

/** An HTTP/1.1 request as bytes; undefined when it is none. The body is all that stands behind the empty line. */
function parseRequest(bytes: Buffer): RawCallback | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  const [requestLine = '', ...headerLines] = bytes.subarray(0, Math.max(end, 0)).toString('latin1').split('\r\n');
  const [, method, path, rawQuery = ''] = /^([A-Z]+) ([^ ?]+)(?:\?([^ ]*))? HTTP\/1\.1$/.exec(requestLine) ?? [];
  if (method === undefined || path === undefined) return undefined;
  const headers: Record<string, string> = {};
  for (const line of headerLines) {
    const [, name, value = ''] = /^([^:\s]+): ?(.*)$/.exec(line) ?? [];
    if (name === undefined) return undefined;
    const known = headers[name.toLowerCase()];
    headers[name.toLowerCase()] = known === undefined ? value : `${known}, ${value}`;
  }
  return { method, path, rawQuery, headers, body: new Uint8Array(bytes.subarray(end + 4)) };
}
