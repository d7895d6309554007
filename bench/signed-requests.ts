import { signIxopay } from '../cli/sign-ixopay.ts';

export interface Account {
  readonly connectorId: string;
  readonly sharedSecret: string;
}

const CONTENT_TYPE = 'application/json; charset=utf-8';
const DATE = 'Thu, 15 Jan 2026 09:30:00 UTC';

/** Requests as bytes, each a different payment, signed beforehand so that the client costs little while it measures. */
export function signedRequests(account: Account, port: number, first: number, count: number): Buffer[] {
  return Array.from({ length: count }, (_, i) => signedRequest(account, port, paymentId(first + i)));
}

export function paymentId(n: number): string {
  return n.toString(16).padStart(20, '0');
}

export function signedRequest({ connectorId, sharedSecret }: Account, port: number, uuid: string): Buffer {
  const path = `/callbacks/${connectorId}`;
  const body = Buffer.from(
    JSON.stringify({
      result: 'OK',
      uuid,
      merchantTransactionId: `ORD-${uuid}`,
      purchaseId: `20260115-${uuid}`,
      transactionType: 'DEBIT',
      paymentMethod: 'Creditcard',
      amount: '24.50',
      currency: 'EUR',
      merchantMetaData: 'tenant=t1&cart=77',
      customer: { firstName: 'Mira', lastName: 'Košir' },
      returnData: {
        _TYPE: 'cardData',
        type: 'mastercard',
        cardHolder: 'Mira Košir',
        expiryMonth: '7',
        expiryYear: '2030',
        firstSixDigits: '555555',
        lastFourDigits: '4444',
        fingerprint: 'f0f1f2f3',
      },
    }),
  );
  const signature = signIxopay({
    form: 'json',
    bodyHash: 'sha512',
    method: 'POST',
    contentType: CONTENT_TYPE,
    date: DATE,
    uri: path,
    body,
    sharedSecret,
  });
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    `Content-Type: ${CONTENT_TYPE}`,
    `Date: ${DATE}`,
    `X-Signature: ${signature}`,
    `Content-Length: ${body.byteLength}`,
    '',
    '',
  ].join('\r\n');
  return Buffer.concat([Buffer.from(head), body]);
}
