import { randomBytes } from 'node:crypto';
import { GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import type { Connector } from '#shared/registry/records.ts';
import { createKmsSecretBox } from '#shared/store/kms/kms-secret-box.ts';
import { signIxopay } from '../../cli/sign-ixopay.ts';

export const SECRET = 'qJ3vT8mZ1xR6sW0pL5nB2kD9fH4gY7';
export const CONNECTOR_ID = 'acme-cc-1';

/** A registered connector whose secret is sealed under `dataKey`. */
export async function sealedConnector(dataKey: Uint8Array): Promise<Connector> {
  const client = {
    send: async (command: unknown) =>
      command instanceof GenerateDataKeyCommand
        ? { Plaintext: Uint8Array.from(dataKey), CiphertextBlob: Buffer.from('the data key, encrypted') }
        : {},
  };
  const box = createKmsSecretBox({ client: client as unknown as KMSClient, keyId: 'key', randomBytes });
  const at = '2026-01-01T00:00:00.000Z';
  return {
    connectorId: CONNECTOR_ID,
    merchantId: 'acme',
    gateway: 'ixopay',
    name: 'Acme cards',
    settings: {
      apiKey: CONNECTOR_ID,
      acceptMd5: true,
      acceptCanonicalContentType: true,
      acceptXDate: true,
      acceptReceivedPath: true,
    },
    secrets: [{ keyId: 'k1', sealed: await box.seal(CONNECTOR_ID, { sharedSecret: SECRET }), createdAt: at }],
    secretNames: ['sharedSecret'],
    testMode: false,
    active: true,
    archived: false,
    version: 1,
    createdAt: at,
    updatedAt: at,
  };
}

/** A signed callback as HTTP API hands it over; `number` makes each another one. */
export function callbackEvent(number: number): object {
  const path = `/callbacks/${CONNECTOR_ID}`;
  const date = 'Thu, 15 Jan 2026 09:30:00 UTC';
  const contentType = 'application/json; charset=utf-8';
  const uuid = number.toString(16).padStart(20, '0');
  const text = {
    result: 'OK',
    uuid,
    merchantTransactionId: `ORD-${number}`,
    purchaseId: `20260115-${uuid}`,
    transactionType: 'DEBIT',
  };
  const rest = {
    paymentMethod: 'Creditcard',
    amount: '24.50',
    currency: 'EUR',
    customer: { firstName: 'Ann', email: 'ann@example.com' },
  };
  const card = {
    _TYPE: 'cardData',
    type: 'visa',
    cardHolder: 'Ann',
    expiryMonth: '12',
    expiryYear: '2030',
    lastFourDigits: '1111',
  };
  const body = Buffer.from(JSON.stringify({ ...text, ...rest, returnData: card }));
  const signature = signIxopay({
    ...{ form: 'json', bodyHash: 'sha512', method: 'POST', uri: path, body, contentType, date },
    sharedSecret: SECRET,
  });
  return {
    version: '2.0',
    rawPath: path,
    rawQueryString: '',
    headers: { 'content-type': contentType, date, 'x-signature': signature, host: 'callbacks.example.com' },
    requestContext: { requestId: `request-${number}`, http: { method: 'POST', path } },
    body: body.toString('base64'),
    isBase64Encoded: true,
  };
}

/** What Lambda sets for `receive`, with a stub in the place of AWS. */
export function environmentWith(endpoint: string): Readonly<Record<string, string>> {
  return {
    POSTRIDER_ENVIRONMENT: 'bench',
    POSTRIDER_INBOX_TABLE: 'inbox',
    POSTRIDER_REGISTRY_TABLE: 'registry',
    POSTRIDER_DELIVERY_TABLE: 'delivery',
    POSTRIDER_RETENTION_DAYS: '400',
    POSTRIDER_RELEASE: 'bench',
    POSTRIDER_CALLBACK_BASE: 'https://callbacks.example.com',
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL: endpoint,
  };
}
