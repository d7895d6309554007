import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeTestCertificate } from '../certificates.testing.ts';
import type { RawCallback } from '../gateway.ts';
import type { CertificateReading } from '../signing-certificate.ts';
import {
  AUTHORITY,
  callbackOf,
  confirmationFields,
  credentials,
  type Fields,
  notificationFields,
  SIGNER,
  served,
  signedMessage,
  TOPIC,
} from './amazon.testing.ts';
import { certificateOf } from './certificate-of.ts';
import { front } from './front.ts';
import { verifyAmazonPay } from './verify.ts';

const NOW = new Date('2026-10-01T09:00:05Z');

function verify(callback: RawCallback, settings: Fields = {}, certificate: CertificateReading = served(SIGNER)) {
  return verifyAmazonPay(callback, credentials(settings), NOW, certificate);
}

function changed(callback: RawCallback, change: (fields: Record<string, unknown>) => void): RawCallback {
  const fields = JSON.parse(Buffer.from(callback.body).toString()) as Record<string, unknown>;
  change(fields);
  return callbackOf(JSON.stringify(fields));
}

describe('a genuine message', () => {
  const types: [string, Fields][] = [
    ['Notification', notificationFields()],
    ['Notification with a subject', { ...notificationFields(), Subject: 'Hello' }],
    ['Notification with an empty subject', { ...notificationFields(), Subject: '' }],
    ['SubscriptionConfirmation', confirmationFields()],
    ['UnsubscribeConfirmation', confirmationFields('UnsubscribeConfirmation')],
    ['a message that is no JSON', notificationFields('x\nMessageId\ny €')],
  ];
  it.each(types.flatMap(([name, fields]) => ['1', '2'].map((version) => [name, version, fields] as const)))(
    '%s, SignatureVersion %s',
    (_name, version, fields) => {
      const callback = signedMessage(fields, {}, { version });
      expect(certificateOf(callback, credentials())).toEqual({
        ok: true,
        host: 'sns.us-east-1.amazonaws.com',
        path: '/SimpleNotificationService-0123456789abcdef.pem',
      });
      expect(verify(callback)).toMatchObject({
        ok: true,
        keyId: 'SimpleNotificationService-0123456789abcdef',
        algorithm: version === '1' ? 'rsa-sha1' : 'rsa-sha256',
        declared: { messageId: fields['MessageId'] },
      });
    },
  );

  it('does not count a subject that is null, and not what is not signed', () => {
    const callback = signedMessage(notificationFields(), { Subject: null, UnsubscribeURL: 'x', MessageAttributes: {} });
    expect(verify(callback).ok).toBe(true);
  });

  it('over an intermediate that is served with it, or that the operator named', () => {
    const middle = makeTestCertificate('Middle', { ca: true, issuer: AUTHORITY });
    const signer = makeTestCertificate('sns.amazonaws.com', { issuer: middle });
    const callback = signedMessage(notificationFields(), {}, { signer });
    expect(verify(callback, {}, served(signer, middle)).ok).toBe(true);
    expect(verify(callback, {}, served(signer))).toMatchObject({ code: 'certificate_untrusted', retry: true });
    expect(verify(callback, { certificateAuthorities: [middle.cert] }, served(signer)).ok).toBe(true);
  });

  it('says what the operator wants of a subscription', () => {
    const callback = signedMessage(confirmationFields());
    expect(verify(callback)).toMatchObject({ declared: { confirm: 'operator' } });
    expect(verify(callback, { confirmSubscriptions: 'auto' })).toMatchObject({ declared: { confirm: 'auto' } });
  });

  it('has the same key when it is sent again, whatever is not signed', () => {
    const fields = notificationFields();
    const keyOf = (callback: RawCallback) => {
      const verdict = verify(callback);
      return front.inboxKey('pushed', callback.body, verdict.ok ? verdict.declared : {});
    };
    const first = keyOf(signedMessage(fields));
    expect(keyOf(signedMessage(fields, { UnsubscribeURL: 'other' }))).toBe(first);
    expect(keyOf(signedMessage(fields, {}, { version: '1' }))).toBe(first);
    expect(keyOf(signedMessage({ ...fields, MessageId: 'other' }))).not.toBe(first);
    expect(keyOf(signedMessage({ ...fields, Timestamp: '2026-10-01T09:00:03.212Z' }))).not.toBe(first);
  });
});

describe('a message that was changed', () => {
  const names = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'];
  it.each(names)('in one byte of %s', (name) => {
    const fields: Fields = { ...notificationFields(), Subject: 'Hello' };
    const callback = signedMessage(fields);
    const value = String(fields[name]);
    for (let at = 0; at < value.length; at++) {
      const flipped = value.slice(0, at) + String.fromCharCode(value.charCodeAt(at) ^ 1) + value.slice(at + 1);
      const verdict = verify(changed(callback, (whole) => Object.assign(whole, { [name]: flipped })));
      expect(verdict.ok, `${name} at ${at}`).toBe(false);
    }
  });

  it.each(['Token', 'SubscribeURL', 'Message'])('in %s of a confirmation', (name) => {
    for (const type of ['SubscriptionConfirmation', 'UnsubscribeConfirmation']) {
      const callback = signedMessage(confirmationFields(type));
      const verdict = verify(changed(callback, (whole) => Object.assign(whole, { [name]: `${whole[name]}0` })));
      expect(verdict).toMatchObject({ ok: false, code: 'signature_mismatch' });
    }
  });

  it('by leaving the subject out or putting one in', () => {
    const without = signedMessage(notificationFields());
    const withOne = signedMessage({ ...notificationFields(), Subject: '' });
    expect(verify(changed(without, (whole) => Object.assign(whole, { Subject: '' })))).toMatchObject({ ok: false });
    expect(verify(changed(withOne, (whole) => delete whole['Subject']))).toMatchObject({ ok: false });
  });

  it('so that the same signed text is cut into other parts', () => {
    const fields: Fields = { ...notificationFields(), Subject: 'x' };
    const callback = changed(signedMessage(fields), (whole) => {
      whole['MessageId'] = `${fields['MessageId']}\nSubject\nx`;
      delete whole['Subject'];
    });
    expect(verify(callback)).toMatchObject({ ok: false, code: 'envelope_malformed' });
  });

  it('by another signer', () => {
    const forger = makeTestCertificate('sns.amazonaws.com', { issuer: AUTHORITY });
    const callback = signedMessage(notificationFields(), {}, { signer: forger });
    expect(verify(callback)).toMatchObject({ ok: false, code: 'signature_mismatch' });
    expect(verify(changed(callback, (whole) => Object.assign(whole, { SignatureVersion: '1' })))).toMatchObject({
      code: 'signature_mismatch',
    });
  });
});

describe('a message that is refused for what it says', () => {
  it.each([
    ['nothing', ''],
    ['no JSON', 'MerchantID=A1'],
    ['a list', '[]'],
    ['null', 'null'],
    ['no UTF-8', new Uint8Array([0x7b, 0xff, 0x7d])],
  ])('%s', (_name, body) => {
    expect(verify(callbackOf(body))).toMatchObject({ ok: false, code: 'envelope_malformed' });
    expect(certificateOf(callbackOf(body), credentials())).toMatchObject({ code: 'envelope_malformed' });
  });

  it.each([
    ['Type', 'Notice'],
    ['Type', undefined],
    ['Message', 7],
    ['Message', '\ud800'],
    ['MessageId', 'a b'],
    ['MessageId', { toString: 1 }],
    ['TopicArn', 'arn:aws:sqs:us-east-1:123456789012:x'],
    ['Timestamp', 'yesterday'],
    ['Timestamp', '2026-13-45T00:00:00Z'],
    ['Subject', 'a\nb'],
    ['Subject', 7],
  ])('%s is %j', (name, value) => {
    const callback = changed(signedMessage(notificationFields()), (whole) => {
      if (value === undefined) delete whole[name];
      else whole[name] = value;
    });
    expect(verify(callback)).toMatchObject({ ok: false, code: 'envelope_malformed' });
  });

  it.each(['Token', 'SubscribeURL'])('a confirmation without %s', (name) => {
    const callback = changed(signedMessage(confirmationFields()), (whole) => delete whole[name]);
    expect(verify(callback)).toMatchObject({ ok: false, code: 'envelope_malformed' });
  });

  it('inherits nothing', () => {
    const whole = Buffer.from(signedMessage(notificationFields()).body).toString();
    const body = `{"__proto__":${whole}}`;
    expect(verify(callbackOf(body))).toMatchObject({ ok: false, code: 'envelope_malformed' });
  });

  it.each([
    ['signature_missing', { Signature: undefined }],
    ['signature_missing', { SignatureVersion: undefined }],
    ['signature_missing', { SigningCertURL: undefined }],
    ['signature_malformed', { Signature: 'abc' }],
    ['signature_malformed', { Signature: 7 }],
    ['signature_malformed', { Signature: `${'A'.repeat(342)}B=` }],
    ['algorithm_refused', { SignatureVersion: '3' }],
    ['algorithm_refused', { SignatureVersion: 2 }],
    ['certificate_url_refused', { SigningCertURL: 7 }],
  ])('%s: %j', (code, more) => {
    expect(verify(signedMessage(notificationFields(), more))).toMatchObject({ ok: false, code });
  });

  it('a topic of somebody else, before anything is fetched', () => {
    const foreign = signedMessage({ ...notificationFields(), TopicArn: `${TOPIC}-evil` });
    expect(certificateOf(foreign, credentials())).toMatchObject({ ok: false, code: 'foreign' });
    expect(verify(foreign)).toMatchObject({ ok: false, code: 'foreign' });
    expect(verify(foreign)).not.toHaveProperty('retry');
  });

  it('while no topic is set: it comes again', () => {
    const callback = signedMessage(notificationFields());
    for (const topicArns of [undefined, [], TOPIC]) {
      const verdict = verify(callback, { topicArns });
      expect(verdict).toMatchObject({ ok: false, code: 'foreign', retry: true });
      expect(verdict).toMatchObject({ detail: expect.stringContaining(TOPIC) });
    }
  });

  it.each([['MerchantID'], ['merchantID'], ['merchantid'], ['SellerId']])('another merchant in %s', (name) => {
    const message = { [name]: 'A2', ObjectType: 'CHARGE', ObjectId: 'C-1' };
    const callback = signedMessage(notificationFields(message));
    expect(verify(callback)).toMatchObject({ ok: false, code: 'foreign' });
    expect(verify(callback, { merchantId: 'A2' }).ok).toBe(true);
    expect(verify(callback, { merchantId: undefined })).toMatchObject({ ok: false, code: 'foreign', retry: true });
  });

  it('SHA-1 where the operator switched it off', () => {
    const callback = signedMessage(notificationFields(), {}, { version: '1' });
    expect(verify(callback, { acceptSha1: false })).toMatchObject({ ok: false, code: 'algorithm_refused' });
    expect(verify(signedMessage(notificationFields()), { acceptSha1: false }).ok).toBe(true);
  });
});

describe('a certificate URL', () => {
  const PATH = '/SimpleNotificationService-0123456789abcdef.pem';
  it.each([
    `http://sns.us-east-1.amazonaws.com${PATH}`,
    `https://sns.us-east-1.amazonaws.com.evil.example${PATH}`,
    `https://evil.example/sns.us-east-1.amazonaws.com${PATH}`,
    `https://sns.us-east-1.amazonaws.com@evil.example${PATH}`,
    `https://user:pass@sns.us-east-1.amazonaws.com${PATH}`,
    `https://sns.us-east-1.amazonaws.com:8443${PATH}`,
    `https://sns.us-east-1.amazonaws.com${PATH}?x=.pem`,
    `https://sns.us-east-1.amazonaws.com${PATH}#.pem`,
    'https://sns.us-east-1.amazonaws.com/?redirect=https://evil.example/x.pem',
    'https://sns.us-east-1.amazonaws.com/../evil.pem',
    'https://sns.us-east-1.amazonaws.com/SimpleNotificationService-%2e%2e.pem',
    `https://s3.amazonaws.com/bucket${PATH}`,
    `https://s3.amazonaws.com${PATH}`,
    `https://sns.a.b.amazonaws.com${PATH}`,
    `https://xsns.us-east-1.amazonaws.com${PATH}`,
    `https://sns.us-east-1.amazonaws.com.cn.evil${PATH}`,
    `https://sns.us-east-1.amazonaws.com${PATH}\n`,
    `https://127.0.0.1${PATH}`,
    '',
  ])('refused: %s', (url) => {
    const callback = signedMessage(notificationFields(), { SigningCertURL: url });
    expect(certificateOf(callback, credentials())).toMatchObject({ ok: false, code: 'certificate_url_refused' });
    expect(verify(callback)).toMatchObject({ ok: false, code: 'certificate_url_refused' });
  });

  it.each([
    [`https://sns.cn-north-1.amazonaws.com.cn${PATH}`, 'sns.cn-north-1.amazonaws.com.cn'],
    [`https://SNS.us-east-1.amazonaws.com:443${PATH}`, 'sns.us-east-1.amazonaws.com'],
  ])('taken: %s', (url, host) => {
    const callback = signedMessage(notificationFields(), { SigningCertURL: url });
    expect(certificateOf(callback, credentials())).toEqual({ ok: true, host, path: PATH });
  });

  it('of a stand-in counts only where it is set', () => {
    const callback = signedMessage(notificationFields(), { SigningCertURL: `https://127.0.0.1:4431${PATH}` });
    expect(certificateOf(callback, credentials())).toMatchObject({ code: 'certificate_url_refused' });
    expect(certificateOf(callback, credentials({ apiHost: '127.0.0.1:4432' }))).toMatchObject({ ok: false });
    const standIn = credentials({ apiHost: '127.0.0.1:4431' });
    expect(certificateOf(callback, standIn)).toEqual({ ok: true, host: '127.0.0.1:4431', path: PATH });
    expect(certificateOf(signedMessage(notificationFields()), standIn)).toMatchObject({ ok: true });
  });
});

describe('a certificate', () => {
  const callback = signedMessage(notificationFields());

  it('that could not be had makes the message come again', () => {
    const missing: CertificateReading = { ok: false, code: 'certificate_unavailable', detail: 'Gone.' };
    expect(verify(callback, {}, missing)).toMatchObject({ code: 'certificate_unavailable', retry: true });
    expect(verifyAmazonPay(callback, credentials(), NOW)).toMatchObject({
      code: 'certificate_unavailable',
      retry: true,
    });
    const broken: CertificateReading = { ok: false, code: 'certificate_malformed', detail: 'HTML.' };
    expect(verify(callback, {}, broken)).toMatchObject({ code: 'certificate_malformed', retry: true });
    expect(verify(callback, {}, { ok: true, pem: 'x' })).toMatchObject({ code: 'certificate_malformed', retry: true });
  });

  it.each([
    ['sns.us-east-1.amazonaws.com', 'certificate_name_refused'],
    ['evil.amazonaws.com', 'certificate_name_refused'],
  ])('of %s is not Amazon SNS', (name, code) => {
    const signer = makeTestCertificate(name, { issuer: AUTHORITY });
    const verdict = verify(signedMessage(notificationFields(), {}, { signer }), {}, served(signer));
    expect(verdict).toMatchObject({ ok: false, code });
    expect(verdict).not.toHaveProperty('retry');
  });

  it('that has expired is refused', () => {
    const signer = makeTestCertificate('sns.amazonaws.com', { issuer: AUTHORITY, to: '2026-10-01T00:00:00Z' });
    const verdict = verify(signedMessage(notificationFields(), {}, { signer }), {}, served(signer));
    expect(verdict).toMatchObject({ ok: false, code: 'certificate_expired' });
  });

  it('that nobody vouches for makes the message come again, until the operator names its authority', () => {
    expect(verify(callback, { certificateAuthorities: undefined })).toMatchObject({
      code: 'certificate_untrusted',
      retry: true,
      detail: expect.stringContaining('/settings/certificateAuthorities'),
    });
  });
});

describe('any bytes', () => {
  it('give a verdict', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
        expect(verify(callbackOf(body)).ok).toBe(false);
        expect(certificateOf(callbackOf(body), credentials())).toMatchObject({ ok: false });
      }),
    );
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('Type', 'Message', 'TopicArn', 'Signature', '__proto__'), fc.jsonValue()),
        (fields) => {
          expect(verify(callbackOf(JSON.stringify(fields))).ok).toBe(false);
        },
      ),
    );
  });

  it('cut anywhere are refused', () => {
    const { body } = signedMessage(notificationFields());
    for (let length = 0; length < body.length; length += 17) {
      expect(verify(callbackOf(body.slice(0, length))).ok).toBe(false);
    }
  });
});

describe('the answer', () => {
  it('is 4xx for what is not genuine only', () => {
    expect(front.acknowledge('stored').status).toBe(200);
    expect(front.acknowledge('duplicate').status).toBe(200);
    expect(front.acknowledge('refused').status).toBe(401);
    expect(front.acknowledge('failed')).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
  });

  it('keeps headers that show what it was, and no other', () => {
    const headers = {
      'x-amz-sns-message-id': 'm',
      authorization: 'Basic x',
      cookie: 'c',
      'content-type': 'text/plain',
    };
    expect(front.keptHeaders(headers)).toEqual({ 'x-amz-sns-message-id': 'm', 'content-type': 'text/plain' });
  });
});
