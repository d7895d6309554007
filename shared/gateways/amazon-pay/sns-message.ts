import type { RefusalCode, RefusedVerdict } from '../gateway.ts';

export const MESSAGE_TYPES = ['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation'] as const;
export type MessageType = (typeof MESSAGE_TYPES)[number];

/** An Amazon SNS message as it comes by HTTP (SNS Developer Guide, "Parsing message formats"). */
export interface SnsMessage {
  readonly type: MessageType;
  readonly messageId: string;
  readonly topicArn: string;
  /** What the topic's owner published: for Amazon Pay a JSON text. */
  readonly message: string;
  readonly timestamp: string;
  /** Notifications only; may be empty. */
  readonly subject?: string;
  /** Confirmations only. */
  readonly token?: string;
  readonly subscribeUrl?: string;
}

/** What is needed to judge the message and is itself not signed. */
export interface SnsSignature {
  /** 1: RSA with SHA-1; 2: with SHA-256. */
  readonly version: '1' | '2';
  readonly bytes: Buffer;
  readonly certificateUrl: string;
}

export type MessageReading =
  | { readonly ok: true; readonly message: SnsMessage; readonly signature: SnsSignature }
  | RefusedVerdict;

/** In the order of the signed text, each behind its name (SNS Developer Guide, "Verifying the signatures"). */
const SIGNED: Readonly<Record<MessageType, readonly (readonly [string, keyof SnsMessage])[]>> = {
  Notification: [
    ['Message', 'message'],
    ['MessageId', 'messageId'],
    ['Subject', 'subject'],
    ['Timestamp', 'timestamp'],
    ['TopicArn', 'topicArn'],
    ['Type', 'type'],
  ],
  // sns-validator leaves Token out for the second of them, and refuses what is genuine (wire facts 4.1).
  SubscriptionConfirmation: confirmation(),
  UnsubscribeConfirmation: confirmation(),
};

function confirmation(): readonly (readonly [string, keyof SnsMessage])[] {
  return [
    ['Message', 'message'],
    ['MessageId', 'messageId'],
    ['SubscribeURL', 'subscribeUrl'],
    ['Timestamp', 'timestamp'],
    ['Token', 'token'],
    ['TopicArn', 'topicArn'],
    ['Type', 'type'],
  ];
}

/**
 * Line feeds divide the parts of the signed text: with one inside a part, the same signature would fit another message.
 * Only Message, which comes first, may have them.
 */
const FORMS = {
  MessageId: /^[A-Za-z0-9-]{1,100}$/,
  TopicArn: /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?$/,
  Timestamp: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/,
  Subject: /^[^\p{Cc}\p{Cs}]{0,1024}$/u,
  Token: /^[A-Za-z0-9]{1,2048}$/,
  SubscribeURL: /^https:\/\/[!-~]{1,4096}$/,
} as const;
const NOTIFICATION_FIELDS = ['MessageId', 'TopicArn', 'Timestamp'] as const;
const CONFIRMATION_FIELDS = [...NOTIFICATION_FIELDS, 'Token', 'SubscribeURL'] as const;
/** RSA keys of 2,048 to 8,192 bits. */
const SIGNATURE = /^[A-Za-z0-9+/]{300,1400}={0,2}$/;

/** Reads the body of a delivery, whatever its Content-Type (it is text/plain); the headers are not signed and not read. */
export function readMessage(body: Uint8Array): MessageReading {
  const fields = readFields(body);
  if (fields === undefined) {
    return refused('envelope_malformed', 'The body is no JSON object in UTF-8: it is none that Amazon SNS sends.');
  }
  const type = MESSAGE_TYPES.find((known) => known === fields['Type']);
  if (type === undefined) return malformed('Type');
  const message = fields['Message'];
  if (typeof message !== 'string' || !message.isWellFormed()) return malformed('Message');
  const isNotification = type === 'Notification';
  const names = isNotification ? NOTIFICATION_FIELDS : CONFIRMATION_FIELDS;
  const wrong = names.find((name) => textOf(fields, name) === undefined);
  if (wrong !== undefined) return malformed(wrong);
  if (Number.isNaN(Date.parse(textOf(fields, 'Timestamp') ?? ''))) return malformed('Timestamp');
  const hasSubject = isNotification && (fields['Subject'] ?? undefined) !== undefined;
  if (hasSubject && textOf(fields, 'Subject') === undefined) return malformed('Subject');
  const signature = readSignature(fields);
  if ('code' in signature) return signature;
  return {
    ok: true,
    signature,
    message: {
      type,
      message,
      messageId: textOf(fields, 'MessageId') ?? '',
      topicArn: textOf(fields, 'TopicArn') ?? '',
      timestamp: textOf(fields, 'Timestamp') ?? '',
      ...(hasSubject && { subject: textOf(fields, 'Subject') ?? '' }),
      ...(!isNotification && {
        token: textOf(fields, 'Token') ?? '',
        subscribeUrl: textOf(fields, 'SubscribeURL') ?? '',
      }),
    },
  };
}

/** The bytes that SNS signs. */
export function signedBytesOf(message: SnsMessage): Buffer {
  const lines = SIGNED[message.type].flatMap(([name, field]) => {
    const value = message[field];
    return value === undefined ? [] : [`${name}\n${value}\n`];
  });
  return Buffer.from(lines.join(''));
}

type Fields = Readonly<Record<string, unknown>>;

/** Own members only, in an object without a prototype. */
function readFields(body: Uint8Array): Fields | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return Object.assign(Object.create(null), value) as Fields;
  } catch {
    return undefined;
  }
}

function textOf(fields: Fields, name: keyof typeof FORMS): string | undefined {
  const value = fields[name];
  return typeof value === 'string' && FORMS[name].test(value) ? value : undefined;
}

function readSignature(fields: Fields): SnsSignature | RefusedVerdict {
  const { Signature: text, SignatureVersion: version, SigningCertURL: certificateUrl } = fields;
  if (text === undefined || version === undefined || certificateUrl === undefined) {
    return refused(
      'signature_missing',
      'Signature, SignatureVersion or SigningCertURL is missing: the body is none that Amazon SNS sends, or raw message delivery is switched on for the subscription.',
    );
  }
  if (version !== '1' && version !== '2') {
    return refused('algorithm_refused', 'SignatureVersion is neither "1" nor "2", the two that Amazon SNS knows.');
  }
  const bytes = typeof text === 'string' && SIGNATURE.test(text) ? Buffer.from(text, 'base64') : undefined;
  if (bytes === undefined || bytes.toString('base64') !== text) {
    return refused('signature_malformed', 'Signature is not the Base64 of an RSA signature.');
  }
  if (typeof certificateUrl !== 'string') {
    return refused('certificate_url_refused', 'SigningCertURL is no text.');
  }
  return { version, bytes, certificateUrl };
}

function malformed(name: string): RefusedVerdict {
  return refused('envelope_malformed', `${name} is missing or not of the form that Amazon SNS gives it.`);
}

export function refused(code: RefusalCode, detail: string): RefusedVerdict {
  return { ok: false, code, detail };
}
