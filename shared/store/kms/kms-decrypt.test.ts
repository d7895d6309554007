import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CREDENTIALS, type FakeKms, REGION, refusal, startFakeKms } from './fake-kms.testing.ts';
import { createKmsDecrypt, kmsEndpoint } from './kms-decrypt.ts';
import { KMS_LIMIT_MS } from './kms-secret-opener.ts';

const KEY = Buffer.alloc(32, 7);
const TEXT = Buffer.from('encrypted key');
const GIVEN = { status: 200, body: JSON.stringify({ Plaintext: KEY.toString('base64') }) };

let kms: FakeKms;
beforeEach(async () => {
  kms = await startFakeKms();
});
afterEach(() => kms.close());

const limits = { tryMs: 80, allMs: 200, pauseMs: 1 };
function decrypt(given = limits) {
  const options = { region: REGION, credentials: CREDENTIALS, endpoint: kms.endpoint, limits: given };
  return createKmsDecrypt(options)(TEXT, { connectorId: 'c1' });
}

describe('decrypt', () => {
  it.each([
    ['an answer that does not come', 'hang' as const],
    ['an answer that does not end', 'trickle' as const],
    ['a connection that breaks', 'cut' as const],
    ['throttling', refusal(400, 'ThrottlingException')],
    ['throttling, named with its service', refusal(400, 'com.amazonaws.kms#LimitExceededException')],
    ['an error of theirs', refusal(500, 'KMSInternalException')],
    ['a page of a proxy', { status: 502, body: '<html>' }],
  ])('tries again after %s', async (_, trouble) => {
    kms.next.push(trouble, GIVEN);
    expect(Buffer.from(await decrypt({ ...limits, allMs: 5_000 }))).toEqual(KEY);
    expect(kms.requests).toHaveLength(2);
  });

  it.each([
    ['AccessDeniedException', 'refused'],
    ['DisabledException', 'refused'],
    ['KMSInvalidStateException', 'refused'],
    ['UnrecognizedClientException', 'refused'],
    ['InvalidCiphertextException', 'wrong_text'],
    ['IncorrectKeyException', 'wrong_text'],
  ])('does not try again after %s', async (type, code) => {
    kms.next.push(refusal(400, type));
    await expect(decrypt()).rejects.toMatchObject({ code, message: expect.stringContaining(type) });
    expect(kms.requests).toHaveLength(1);
  });

  it('gives up after three tries, and sooner where its time is over', async () => {
    kms.next.push(...Array<'cut'>(9).fill('cut'));
    await expect(decrypt({ ...limits, allMs: 5_000 })).rejects.toMatchObject({ code: 'unavailable' });
    expect(kms.requests).toHaveLength(3);
    kms.next.length = 0;
    kms.next.push(...Array<'hang'>(9).fill('hang'));
    await expect(decrypt({ tryMs: 10_000, allMs: 50, pauseMs: 1 })).rejects.toThrow('no answer within 50 ms');
    expect(kms.requests).toHaveLength(4);
  });

  it('rejects within 3 s with the limits of the product, also where the credentials hang', async () => {
    expect(KMS_LIMIT_MS).toBeLessThan(3_000);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const credentials = () => new Promise<never>(() => undefined);
      const hanging = createKmsDecrypt({ region: REGION, credentials, endpoint: kms.endpoint })(TEXT, {});
      const seen = expect(hanging).rejects.toThrow(`no answer within ${KMS_LIMIT_MS} ms`);
      await vi.advanceTimersByTimeAsync(KMS_LIMIT_MS);
      await seen;
    } finally {
      vi.useRealTimers();
    }
  });

  it('takes no endless answer and shows nothing of one that it cannot read', async () => {
    const endless = { status: 200, body: GIVEN.body.padEnd(100_000) };
    kms.next.push(endless, endless, endless);
    await expect(decrypt({ ...limits, allMs: 5_000 })).rejects.toMatchObject({ code: 'unavailable' });
    kms.next.push({ status: 400, body: JSON.stringify({ __type: `x#${KEY.toString('base64')}=` }) });
    const error: unknown = await decrypt().catch((thrown) => thrown);
    expect(String(error)).toContain('status 400');
  });

  it.each([
    ['eu-central-1', {}, 'https://kms.eu-central-1.amazonaws.com'],
    ['cn-north-1', {}, 'https://kms.cn-north-1.amazonaws.com.cn'],
    ['eu-central-1', { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }, 'http://127.0.0.1:1'],
    ['eu-central-1', { AWS_ENDPOINT_URL: 'http://a', AWS_ENDPOINT_URL_KMS: 'http://b' }, 'http://b'],
  ])('goes to KMS of the region %s, with %j', (region, env, endpoint) => {
    expect(kmsEndpoint(region, env)).toBe(endpoint);
  });
});
