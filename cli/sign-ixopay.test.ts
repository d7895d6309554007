import { describe, expect, it } from 'vitest';
import { ixopayDate, ixopayHeaders, signIxopay } from './sign-ixopay.ts';

const BODY = Buffer.from('{"merchantTransactionId":"2019-09-02-0004","amount":"9.99","currency":"EUR"}');

describe('signing as IXOPAY does', () => {
  it.each([
    [
      'the vector of the AllSecure and Bankart documentation',
      'my-shared-secret',
      BODY,
      'Tue, 21 Jul 2020 13:15:03 UTC',
      '/api/v3/transaction/my-api-key/debit',
      'nL+8FBKWx4/pahYScKs/dRYPBEWjiBalRaWKHGtxLpELmLrgJ/+dSWjt6dZNuu6oF18NyWEU8tXLEVm2mtEapg==',
    ],
    [
      'the vector of ixopay/java-ixopay',
      'my-shared-secret',
      BODY,
      'Tue, 21 Jul 2020 13:15:03 GMT',
      '/api/v3/transaction/my-api-key/debit',
      'pJUnPq6NQFmpPEG0VmnwspAVeTA7uC+pFP0nYYwua3Diw7GuW+brdk4UR6ma70EstDs8mrxWfqh1KU0xfNC69g==',
    ],
    [
      'the vector of the signature testing tool',
      '',
      Buffer.alloc(0),
      'Tue, 28 Apr 2026 15:23:40 GMT',
      '/api/v3/transaction/YOUR-API-KEY-HERE/debit',
      '4ICq+hfHFA81dAJHcXoP2/Pb+nkp9GljLe2S+REN0vMBhbQYNQUHIw/YxUTEIWS5Uu5WgdDEc7keMtqS0mpnAA==',
    ],
  ])('%s', (_name, sharedSecret, body, date, uri, signature) => {
    const contentType = 'application/json; charset=utf-8';
    const signing = {
      form: 'json',
      method: 'post',
      body,
      contentType,
      date,
      uri,
      sharedSecret,
      bodyHash: 'sha512',
    } as const;
    expect(signIxopay(signing)).toBe(signature);
  });

  it('XML has an empty line before the URI and its own header', () => {
    const signing = {
      form: 'xml',
      method: 'POST',
      body: Buffer.from(
        '<?xml version="1.0" encoding="utf-8"?>\n<callback xmlns="http://gateway.ixopay.com/Schema/V2/Callback"><result>ERROR</result><referenceId>aa11bb22cc33dd44ee55</referenceId><transactionId>ORD-1002-a</transactionId><purchaseId>20260115-aa11bb22cc33dd44ee55</purchaseId><transactionType>PREAUTHORIZE</transactionType><paymentMethod>Creditcard</paymentMethod><amount>10.00</amount><currency>EUR</currency><errors><error><message>Insufficient funds</message><code>2006</code><adapterMessage>Not enough balance</adapterMessage><adapterCode>51</adapterCode></error></errors></callback>',
      ),
      contentType: 'text/xml; charset=utf-8',
      date: 'Thu, 15 Jan 2026 09:31:00 GMT',
      uri: '/postbacks/ixopay/acme-cc-1',
      sharedSecret: 'qJ3vT8mZ1xR6sW0pL5nB2kD9fH4gY7',
      bodyHash: 'md5',
    } as const;
    expect(ixopayHeaders(signing, 'acme-cc-1')).toEqual({
      'Content-Type': 'text/xml; charset=utf-8',
      Date: 'Thu, 15 Jan 2026 09:31:00 GMT',
      Authorization:
        'Gateway acme-cc-1:aL+3Fmsu1qfJlnHof970bs+iKFsR3byLoISK+oW38OdSjP29lmxypHyjLhO+bx03qn3nHB4QzNxTpxJFJ+BO3w==',
    });
  });

  it('writes the date as the gateway does', () => {
    expect(ixopayDate(new Date('2026-01-15T09:30:00.789Z'))).toBe('Thu, 15 Jan 2026 09:30:00 UTC');
  });
});
