import { createHash } from 'node:crypto';
import { type PostedAnswer, postCallback } from '#local/http/post-callback.ts';
import { type IxopayForm, ixopayDate, signIxopay } from './sign-ixopay.ts';

/** How a callback is to be written; what is left out is as IXOPAY sends it by default. */
export interface Writing {
  readonly form?: IxopayForm;
  /** Behind the registered URL. */
  readonly suffix?: string;
  /** `Thu, 15 Jan 2026 09:30:00` is followed by it. */
  readonly zone?: 'UTC' | 'GMT';
  /** The header that carries the signed date. */
  readonly dateHeader?: 'Date' | 'X-Date';
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes in place of the `?` in the customer's name. */
  readonly name?: Uint8Array;
}

/** A signed request to the canary connector. */
export interface CanaryCallback {
  readonly paymentId: string;
  readonly bodySha256: string;
  readonly url: URL;
  readonly request: {
    readonly method: string;
    readonly uri: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Uint8Array;
  };
}

const CONTENT_TYPES = { json: 'application/json; charset=utf-8', xml: 'text/xml; charset=utf-8' } as const;

/** Writes and signs a callback for a finished debit of 0.01 EUR. */
export function canaryCallback(
  callbackUrl: string,
  apiKey: string,
  sharedSecret: string,
  paymentId: string,
  now: Date,
  writing: Writing = {},
): CanaryCallback {
  const { form = 'json', zone = 'UTC', dateHeader = 'Date' } = writing;
  const url = new URL(callbackUrl);
  const uri = `${url.pathname}${writing.suffix ?? ''}`;
  const body = bodyOf(form, paymentId, writing.name);
  const date = zone === 'UTC' ? ixopayDate(now) : now.toUTCString();
  const contentType = CONTENT_TYPES[form];
  const method = 'POST';
  const signature = signIxopay({ form, method, body, contentType, date, uri, sharedSecret, bodyHash: 'sha512' });
  const headers = {
    'Content-Type': contentType,
    [dateHeader]: date,
    ...(form === 'xml' ? { Authorization: `Gateway ${apiKey}:${signature}` } : { 'X-Signature': signature }),
    ...writing.headers,
  };
  const bodySha256 = createHash('sha256').update(body).digest('hex');
  return { paymentId, bodySha256, url, request: { method, uri, headers, body } };
}

/** Posts it with `http.request`: fetch would not let the `Date` header through. */
export function post(callback: CanaryCallback): Promise<PostedAnswer> {
  return postCallback(callback.url, callback.request);
}

function bodyOf(form: IxopayForm, id: string, name: Uint8Array | undefined): Uint8Array {
  if (form === 'xml') {
    return Buffer.from(
      '<?xml version="1.0" encoding="utf-8"?>\n<callback xmlns="http://gateway.ixopay.com/Schema/V2/Callback">' +
        `<result>OK</result><referenceId>${id}</referenceId><transactionId>canary-${id}</transactionId>` +
        '<transactionType>DEBIT</transactionType><amount>0.01</amount><currency>EUR</currency></callback>',
    );
  }
  const [before = '', after = ''] = JSON.stringify({
    result: 'OK',
    uuid: id,
    merchantTransactionId: `canary-${id}`,
    transactionType: 'DEBIT',
    amount: '0.01',
    currency: 'EUR',
    customer: { firstName: 'Canary?' },
  }).split('?');
  return Buffer.concat([Buffer.from(before), name ?? Buffer.of(), Buffer.from(after)]);
}
