import { describe, expect, it } from 'vitest';
import { front } from './front.ts';

const HEADERS = {
  ...{ 'content-type': 'text/xml', 'x-sig': 'aa', 'x-time': '1', 'x-id': 'd1', cookie: 'a=b', 'user-agent': 'x' },
  ...{ authorization: 'Basic aG9vazpz', 'x-token': 'hush' },
};
const NAMES = { signatureHeader: 'X-Sig', timestampHeader: 'X-Time', idHeader: 'X-Id' };

describe('headers that are kept', () => {
  it('of a signed callback those that its verification reads', () => {
    const kept = front.keptHeaders(HEADERS, { mode: 'hmac', ...NAMES });
    expect(kept).toEqual({ 'content-type': 'text/xml', 'x-sig': 'aa', 'x-time': '1', 'x-id': 'd1' });
  });

  it.each(['token', 'basic', 'fetch', undefined])('mode %s: none that could be a credential', (mode) => {
    expect(front.keptHeaders(HEADERS, { mode, ...NAMES, signatureHeader: 'X-Token' })).toEqual({
      'content-type': 'text/xml',
    });
  });

  it('a signature in Authorization, and no credentials there; no cookie, whatever is set', () => {
    const settings = { mode: 'hmac', signatureHeader: 'Authorization', timestampHeader: 'Cookie' };
    const signed = { ...HEADERS, authorization: 'HMAC aGVsbG8=' };
    expect(front.keptHeaders(signed, settings)).toMatchObject({ authorization: 'HMAC aGVsbG8=' });
    expect(Object.keys(front.keptHeaders(HEADERS, settings))).toEqual(['content-type']);
    const listed = { ...HEADERS, authorization: 'HMAC aGVsbG8=, Basic aG9vazpz' };
    expect(JSON.stringify(front.keptHeaders(listed, settings))).not.toContain('aG9vazpz');
  });
});

describe('answers', () => {
  it('are constant', () => {
    expect(front.acknowledge('stored')).toEqual(front.acknowledge('duplicate'));
    expect([front.acknowledge('stored').status, front.acknowledge('refused').status]).toEqual([200, 401]);
    expect(front.acknowledge('failed')).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
  });
});
