import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { RawCallback } from './gateway.ts';

const connectorSchema = z.strictObject({
  id: z.string(),
  settings: z.record(z.string(), z.unknown()),
  /** Made for the samples; no real secrets. */
  secrets: z.record(z.string(), z.unknown()),
  testMode: z.boolean().default(true),
  /** Ends the callback URL of gateways that do not sign. */
  token: z.string().optional(),
  /** What the gateway's host serves under each URL of a certificate: a file of the same folder. */
  certificates: z.record(z.string(), z.string()).default({}),
});

const sampleSchema = z.strictObject({
  /** One sentence: what happened. */
  about: z.string().min(1),
  /** `manual`: published by the gateway; `made`: written by hand from the manual. */
  origin: z.enum(['manual', 'made']),
  /** The id of one of `connectors.json`, or the whole of it. */
  connector: z.union([
    z.string(),
    z.strictObject({
      id: z.string(),
      apiKey: z.string(),
      /** Made for the sample; no real secret. */
      sharedSecret: z.string(),
      /** What differs from the defaults. */
      settings: z.record(z.string(), z.unknown()),
    }),
  ]),
  /** When it is received, where its signature or certificate is good for a time only. */
  at: z.iso.datetime().optional(),
  verdict: z.strictObject({
    algorithm: z.string(),
    readings: z.strictObject({
      contentType: z.enum(['received', 'canonical']).optional(),
      date: z.enum(['Date', 'X-Date']).optional(),
      path: z.enum(['registered', 'received']).optional(),
      payload: z.enum(['body', 'payload', 'payload-compact', 'decrypted']).optional(),
    }),
  }),
  /** The facts that must come out, one entry a subject; null says that a fact must be absent. Written by hand. */
  expect: z.array(z.looseObject({ type: z.enum(['transaction', 'instrument', 'schedule', 'notice']) })).min(1),
  /** What the gateway's API answers when it is asked about this, in the order of the requests. */
  answers: z
    .array(
      z.strictObject({
        /** `GET /v2/charges/S01-…`, as it must be asked. */
        request: z.string(),
        status: z.int(),
        /** A file of the sample's folder: the answer's body as over the wire. */
        body: z.string(),
        /** What normalize is told beside the body. Left out: none of it is a statement (an access token). */
        declared: z.record(z.string(), z.string()).optional(),
        expect: z
          .array(z.looseObject({ type: z.enum(['transaction', 'instrument', 'schedule', 'notice']) }))
          .optional(),
      }),
    )
    .default([]),
});

type SampleFile = z.infer<typeof sampleSchema>;

/** A sample with its connector whole. */
export interface Sample extends Omit<SampleFile, 'connector'> {
  readonly connector: SampleConnector;
}

export interface SampleConnector extends z.infer<typeof connectorSchema> {
  /** IXOPAY only. */
  readonly apiKey: string;
  readonly sharedSecret: string;
}

export interface ReadSample {
  readonly callback: RawCallback;
  readonly sample: Sample;
  /** Bytes of the API's answers, in the order of `sample.answers`. */
  readonly answerBodies: readonly Uint8Array[];
  /** PEM by URL. */
  readonly certificates: Readonly<Record<string, string>>;
}

/**
 * Reads one folder of `events/<gateway>/`: `request.http` (the request's bytes as over the wire) and `sample.json` (where
 * it comes from and what must come out); connectors that several samples share stand beside in `connectors.json`, by id.
 * Throws with the file's name when one is missing or not of that form.
 */
export function readSample(folder: string): ReadSample {
  const file = checked(sampleSchema, join(folder, 'sample.json'));
  const connector = connectorOf(file.connector, join(folder, '..'));
  const request = join(folder, 'request.http');
  const callback = parseRequest(readFileSync(request));
  if (!callback) {
    throw new Error(`${request} is not an HTTP/1.1 request with CRLF line ends; check that git did not convert them.`);
  }
  return {
    callback,
    sample: { ...file, connector },
    answerBodies: file.answers.map(({ body }) => new Uint8Array(readFileSync(join(folder, body)))),
    certificates: Object.fromEntries(
      Object.entries(connector.certificates).map(([url, name]) => [
        url,
        readFileSync(join(folder, '..', name), 'utf8'),
      ]),
    ),
  };
}

function checked<Shape extends z.ZodType>(shape: Shape, path: string): z.infer<Shape> {
  const reading = shape.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!reading.success) throw new Error(`${path}: ${z.prettifyError(reading.error)}`);
  return reading.data;
}

function connectorOf(connector: SampleFile['connector'], folder: string): SampleConnector {
  if (typeof connector !== 'string') {
    const { id, apiKey, sharedSecret, settings } = connector;
    const shared = { settings: { apiKey, ...settings }, secrets: { sharedSecret } };
    return { id, apiKey, sharedSecret, ...shared, testMode: true, certificates: {} };
  }
  const path = join(folder, 'connectors.json');
  const found = checked(z.record(z.string(), connectorSchema), path)[connector];
  if (found === undefined) throw new Error(`${path} has no connector ${JSON.stringify(connector)}`);
  return { ...found, apiKey: '', sharedSecret: '' };
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
