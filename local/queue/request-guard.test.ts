import { describe, expect, it } from 'vitest';
import { codeOf } from './engine-fixture.ts';
import { createRequestGuard, readTarget } from './request-guard.ts';

const guard = createRequestGuard('PRKEY1', ['Queues.example.com', '[2001:db8::1]', 'fe80::1']);
const host = (value: string | undefined, origin?: string) =>
  codeOf(guard.checkHost({ host: value, ...(origin === undefined ? {} : { origin }) }));
const key = (authorization: string | undefined) => codeOf(guard.checkAccessKey({ authorization }));

describe('Host and Origin', () => {
  it('takes loopback names and the allowed hosts on any port', () => {
    for (const value of [
      '127.0.0.1',
      '127.0.0.1:8788',
      'localhost:1',
      'LOCALHOST',
      '[::1]:9',
      'queues.example.com:80',
      '[2001:db8::1]',
      '[fe80::1]:9',
    ]) {
      expect(host(value)).toBe('done');
    }
  });

  it('refuses every other host: names that only begin or end like ours, and none at all', () => {
    const foreign = [
      'evil.example',
      '127.0.0.1.evil.example',
      'localhost.evil.example:8788',
      'evil-localhost',
      '127.0.0.2',
      '[::2]',
      '127.0.0.1@evil',
      '127.0.0.1:8788:1',
      'localhost.',
      '',
      undefined,
    ];
    for (const value of foreign) {
      expect(host(value)).toBe('AccessDeniedException');
    }
  });

  it('refuses every Origin but this very host and port', () => {
    expect(host('127.0.0.1:8788', 'http://127.0.0.1:8788')).toBe('done');
    for (const origin of ['http://evil.example', 'null', 'http://127.0.0.1:9999', 'http://localhost:8788', 'file://']) {
      expect(host('127.0.0.1:8788', origin)).toBe('AccessDeniedException');
    }
  });
});

describe('access key', () => {
  const signed = (id: string) =>
    `AWS4-HMAC-SHA256 Credential=${id}/20260101/eu-west-1/sqs/aws4_request, SignedHeaders=host, Signature=00`;

  it('takes the key id that was made, with any region and signature', () => {
    expect(key(signed('PRKEY1'))).toBe('done');
  });

  it('refuses other keys, other schemes and none', () => {
    for (const id of ['PRKEY', 'PRKEY11', 'prkey1', 'AKIAIOSFODNN7EXAMPLE', '']) {
      expect(key(signed(id))).toBe('InvalidClientTokenId');
    }
    expect(key('Bearer PRKEY1')).toBe('InvalidClientTokenId');
    expect(key('Basic Credential=PRKEY1/')).toBe('InvalidClientTokenId');
    expect(key(undefined)).toBe('MissingAuthenticationToken');
  });
});

describe('X-Amz-Target', () => {
  it('names the action, or is refused', () => {
    expect(readTarget({ 'x-amz-target': 'AmazonSQS.SendMessage' })).toEqual({ ok: true, value: 'SendMessage' });
    for (const target of [undefined, '', 'SendMessage', 'AmazonSNS.Publish', 'AmazonSQS.', 'AmazonSQS.a/b']) {
      expect(codeOf(readTarget({ 'x-amz-target': target }))).toBe('UnknownOperationException');
    }
  });
});
