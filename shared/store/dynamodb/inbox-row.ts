import { createHash } from 'node:crypto';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { InboxRow, InboxRowHead } from '#shared/pipeline/ports.ts';
import { CALLBACK_DICTIONARY_1 } from './dictionary-callback-1.ts';
import type { DynamoSend } from './dynamo-send.ts';
import { type PartsName, partKey, ROW, receivedAtOf } from './inbox-item.ts';
import { unpack } from './packing.ts';

/** An item as the SDK gives it or as a Lambda event carries it, where bytes are base64. */
export type Image = Readonly<Record<string, ImageValue | undefined>>;
export interface ImageValue {
  readonly S?: string | undefined;
  readonly N?: string | undefined;
  readonly B?: Uint8Array | string | undefined;
}

/** The packed parts of a large body, in order. */
export type LoadParts = (name: PartsName) => Promise<readonly Uint8Array[]>;

type HeadJson = Omit<InboxRowHead, 'callbackId' | 'receivedAt' | 'bodySha256'>;

const DICTIONARIES = [CALLBACK_DICTIONARY_1];
const NUL = 0;

/**
 * The row in a NEW image of the inbox's stream; undefined for a part of a large body, which is no row.
 * @throws where the image is not as this store writes it, or a part is not there.
 */
export async function rowOfImage(image: Image, loadParts: LoadParts): Promise<InboxRow | undefined> {
  if (image['sk']?.S !== ROW) return undefined;
  const { head, body } = headOfImage(image);
  const parts = partsNamedBy(image);
  if (parts === undefined) return { ...head, body };
  return { ...head, body: joined(await loadParts(parts), head) };
}

/** The row without the body of a large one: what a list shows needs no parts. */
export function headOfImage(image: Image): { readonly head: InboxRowHead; readonly body: Uint8Array } {
  const content = unpack(bytes(image, 'packed'), DICTIONARIES);
  const end = content.indexOf(NUL);
  const rest = JSON.parse(content.toString('utf8', 0, end)) as HeadJson;
  const head: InboxRowHead = {
    callbackId: text(image, 'pk'),
    receivedAt: receivedAtOf(text(image, 'listKey')),
    bodySha256: Buffer.from(bytes(image, 'bodySha256')).toString('hex'),
    ...rest,
  };
  return { head, body: content.subarray(end + 1) };
}

/** Reads the parts consistently: they were written before the row that names them. */
export function createPartsLoader(options: { readonly client: DynamoSend; readonly table: string }): LoadParts {
  const { client, table } = options;
  return (name) =>
    Promise.all(
      Array.from({ length: name.count }, async (_, index) => {
        const Key = partKey(name, index);
        const { Item } = await client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }));
        const part = Item?.['packed']?.B;
        if (part !== undefined) return part;
        throw new Error(
          `Part ${index + 1} of ${name.count} of the callback ${name.callbackId} is missing in ${table}.`,
        );
      }),
    );
}

function partsNamedBy(image: Image): PartsName | undefined {
  if (image['partDigest'] === undefined) return undefined;
  return { callbackId: text(image, 'pk'), digest: text(image, 'partDigest'), count: Number(image['partCount']?.N) };
}

function joined(parts: readonly Uint8Array[], head: InboxRowHead): Buffer {
  const body = unpack(Buffer.concat(parts), DICTIONARIES);
  if (createHash('sha256').update(body).digest('hex') === head.bodySha256) return body;
  throw new Error(`The parts of the callback ${head.callbackId} do not make the body that was received.`);
}

function text(image: Image, name: string): string {
  const value = image[name]?.S;
  if (value !== undefined) return value;
  throw new TypeError(`An inbox row has no text ${JSON.stringify(name)}: ${Object.keys(image).join(', ')}.`);
}

function bytes(image: Image, name: string): Uint8Array {
  const value = image[name]?.B;
  if (value === undefined) {
    throw new TypeError(`An inbox row has no bytes ${JSON.stringify(name)}: ${Object.keys(image).join(', ')}.`);
  }
  return typeof value === 'string' ? Buffer.from(value, 'base64') : value;
}
