import { createHash } from 'node:crypto';
import { done, invalidParameter, type Outcome, refused } from './outcome.ts';

/** A message attribute as on the wire; `BinaryValue` is base64. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string | undefined;
  readonly BinaryValue?: string | undefined;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** What the sender gives; FIFO queues need `groupId` and, without content-based deduplication, `deduplicationId`. */
export interface SendEntry {
  readonly body: string;
  readonly attributes?: MessageAttributes | undefined;
  /** Only `AWSTraceHeader` exists. */
  readonly systemAttributes?: MessageAttributes | undefined;
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
  readonly delaySeconds?: number | undefined;
}

const MAXIMUM_ATTRIBUTES = 10;
const ATTRIBUTE_NAME = /^(?!\.)(?!.*\.\.)(?!.*\.$)[A-Za-z0-9_.-]{1,256}$/;
const RESERVED_ATTRIBUTE_NAME = /^(aws|amazon)\./i;
const DATA_TYPE = /^(String|Number|Binary)(\.[^\s]{1,249})?$/;
const NUMBER = /^[+-]?(\d{1,38}(\.\d{0,38})?|\.\d{1,38})([eE][+-]?\d{1,3})?$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** Letters, digits and the punctuation of ASCII, no space (SendMessage, MessageGroupId and MessageDeduplicationId). */
const SEND_ID = /^[\x21-\x7e]{1,128}$/;
/** All but what XML 1.0 allows. With the `u` flag a lone surrogate is a character of its own, so it is refused too. */
const FORBIDDEN_CHARACTER = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** Body, attributes and their size; the ids have their own check because they depend on the kind of queue. */
export function checkContent(entry: SendEntry, maximumBytes: number): Outcome<{ bytes: number }> {
  if (entry.body === '') {
    return refused('MissingParameter', 'The request must contain the parameter MessageBody.');
  }
  if (FORBIDDEN_CHARACTER.test(entry.body)) {
    return refused(
      'InvalidMessageContents',
      'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF.',
    );
  }
  const attributes = checkAttributes(entry.attributes ?? {});
  if (!attributes.ok) {
    return attributes;
  }
  const system = checkSystemAttributes(entry.systemAttributes ?? {});
  if (!system.ok) {
    return system;
  }
  const bytes = contentBytes(entry);
  if (bytes > maximumBytes) {
    return refused(
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${maximumBytes} bytes, this one has ${bytes}.`,
    );
  }
  return done({ bytes });
}

/** Bytes that count against the limits: the body in UTF-8 and each attribute's name, type and value. */
export function contentBytes(entry: Pick<SendEntry, 'body' | 'attributes'>): number {
  let bytes = Buffer.byteLength(entry.body);
  for (const [name, attribute] of Object.entries(entry.attributes ?? {})) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(attribute.DataType) + attributeValue(attribute).length;
  }
  return bytes;
}

/** Group and deduplication ids: 1..128 characters of the documented alphabet. */
export function checkSendId(parameter: 'MessageGroupId' | 'MessageDeduplicationId', id: string): Outcome<string> {
  return SEND_ID.test(id)
    ? done(id)
    : invalidParameter(
        parameter,
        id,
        `${parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
      );
}

/** Lower-case hex MD5, which SDKs compare with what they sent. */
export function md5OfBody(body: string): string {
  return createHash('md5').update(body).digest('hex');
}

/** The id that content-based deduplication gives: SHA-256 of the body only, as hex. */
export function contentDeduplicationId(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}

/**
 * MD5 over the attributes sorted by name: each of name, data type and value with its length in 4 bytes before it, and
 * one byte 1 (string) or 2 (binary) before the value (developer guide, "Calculating the MD5 message digest for message
 * attributes"). Null without attributes.
 */
export function md5OfAttributes(attributes: MessageAttributes): string | null {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) {
    return null;
  }
  const hash = createHash('md5');
  const add = (bytes: Buffer): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const attribute = attributes[name];
    if (attribute === undefined) {
      continue;
    }
    add(Buffer.from(name));
    add(Buffer.from(attribute.DataType));
    hash.update(Buffer.of(isBinary(attribute) ? 2 : 1));
    add(attributeValue(attribute));
  }
  return hash.digest('hex');
}

function isBinary(attribute: MessageAttribute): boolean {
  return attribute.DataType.startsWith('Binary');
}

function attributeValue(attribute: MessageAttribute): Buffer {
  return isBinary(attribute)
    ? Buffer.from(attribute.BinaryValue ?? '', 'base64')
    : Buffer.from(attribute.StringValue ?? '');
}

function checkAttributes(attributes: MessageAttributes): Outcome<null> {
  const entries = Object.entries(attributes);
  if (entries.length > MAXIMUM_ATTRIBUTES) {
    return refused(
      'InvalidParameterValue',
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [${MAXIMUM_ATTRIBUTES}].`,
    );
  }
  for (const [name, attribute] of entries) {
    if (!ATTRIBUTE_NAME.test(name) || RESERVED_ATTRIBUTE_NAME.test(name)) {
      return refused(
        'InvalidParameterValue',
        `The message attribute name '${name.slice(0, 80)}' is invalid. Attribute names have 1 to 256 of A-Z, a-z, 0-9, underscore, hyphen and period, no period at either end or twice in a row, and do not begin with AWS. or Amazon.`,
      );
    }
    const checked = checkAttribute(name, attribute);
    if (!checked.ok) {
      return checked;
    }
  }
  return done(null);
}

function checkAttribute(name: string, attribute: MessageAttribute): Outcome<null> {
  const invalid = (reason: string) => refused('InvalidParameterValue', `The message attribute '${name}' ${reason}`);
  if (!DATA_TYPE.test(attribute.DataType)) {
    return invalid(
      `has an invalid message attribute type '${attribute.DataType.slice(0, 80)}': String, Number or Binary is expected, with an optional custom label after a period.`,
    );
  }
  if (isBinary(attribute)) {
    const value = attribute.BinaryValue;
    return value === undefined || value === '' || attribute.StringValue !== undefined || !BASE64.test(value)
      ? invalid('must contain a non-empty BinaryValue in base64, and no StringValue.')
      : done(null);
  }
  const value = attribute.StringValue;
  if (value === undefined || value === '' || attribute.BinaryValue !== undefined) {
    return invalid('must contain a non-empty StringValue, and no BinaryValue.');
  }
  if (FORBIDDEN_CHARACTER.test(value)) {
    return invalid('contains characters that SQS does not allow.');
  }
  return attribute.DataType.startsWith('Number') && !NUMBER.test(value)
    ? invalid(`cannot be read as a number: '${value.slice(0, 80)}'.`)
    : done(null);
}

function checkSystemAttributes(attributes: MessageAttributes): Outcome<null> {
  for (const [name, attribute] of Object.entries(attributes)) {
    if (name !== 'AWSTraceHeader' || attribute.DataType !== 'String' || !attribute.StringValue) {
      return refused(
        'InvalidParameterValue',
        `The message system attribute '${name.slice(0, 80)}' is invalid: only AWSTraceHeader exists, of type String and not empty.`,
      );
    }
  }
  return done(null);
}
