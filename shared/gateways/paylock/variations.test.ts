import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { RawCallback } from '../gateway.ts';
import type { Variation } from '../variation.ts';
import { gateway } from './index.ts';
import { connectorOf } from './request.testing.ts';

const NOW = new Date('2026-05-04T10:00:00.000Z');
const SETTINGS = {
  signatureHeader: 'X-Sig',
  timestampHeader: 'X-Time',
  timestampUnit: 's',
  template: '{timestamp}.{body}',
};
const KEY = 'a1b2c3d4';

/** Signed by another scheme than the settings say. */
function found(
  text: string,
  settings: object = {},
  algorithm = 'sha256',
  key: string | Buffer = KEY,
): Variation | undefined {
  const seconds = String(NOW.getTime() / 1_000);
  const signature = createHmac(algorithm, key).update(text.replace('<t>', seconds)).digest('hex');
  const callback: RawCallback = {
    ...{ method: 'POST', path: '/callbacks/c1', rawQuery: '', body: Buffer.from('{"id":"1"}\n') },
    headers: { 'x-time': seconds, 'x-sig': signature },
  };
  const connector = connectorOf({ ...SETTINGS, ...settings }, { keys: [KEY] });
  expect(gateway.front.verify(callback, connector, NOW).ok).toBe(false);
  return [...gateway.variations(callback, connector)].find(
    (one) => gateway.front.verify(one.callback ?? callback, { ...connector, settings: one.settings }, NOW).ok,
  );
}

describe('what may stand between a signature and its request', () => {
  it.each<[string, string, Readonly<Record<string, string>>]>([
    ['another template', '{"id":"1"}\n', { template: '{body}' }],
    ['time and body without a dot', '<t>{"id":"1"}\n', { template: '{timestamp}{body}' }],
    ['path and body', '/callbacks/c1{"id":"1"}\n', { template: '{path}{body}' }],
  ])('%s', (_name, text, changed) => {
    const changes = Object.entries(changed).map(([name, value]) => ({ pointer: `/settings/${name}`, value }));
    expect(found(text)).toMatchObject({ cause: 'scheme_refused', changes });
  });

  it('another algorithm, and a key that is meant in hexadecimal', () => {
    expect(found('<t>.{"id":"1"}\n', {}, 'sha512')).toMatchObject({
      changes: [{ pointer: '/settings/algorithm', value: 'sha512' }],
    });
    expect(found('<t>.{"id":"1"}\n', {}, 'sha256', Buffer.from(KEY, 'hex'))).toMatchObject({
      changes: [{ pointer: '/settings/secretEncoding', value: 'hex' }],
    });
  });

  it('a changed body, and a changed path', () => {
    expect(found('<t>.{"id":"1"}')).toMatchObject({ cause: 'body_changed' });
    expect(
      found('/prod/callbacks/c1{"id":"1"}\n', { template: '{path}{body}', timestampHeader: undefined }),
    ).toMatchObject({
      ...{ cause: 'path_prefix', changes: [{ pointer: '/settings/publicPath', value: '/prod/callbacks/c1' }] },
    });
  });

  it('nothing else: another key is none of them, and there is nothing to try where nothing is signed', () => {
    expect(found('<t>.{"id":"1"}\n', {}, 'sha256', 'another')).toBeUndefined();
    const token = connectorOf({ mode: 'token', signatureHeader: 'X-Token' }, { keys: [KEY] });
    const callback = { method: 'POST', path: '/', rawQuery: '', headers: {}, body: new Uint8Array() };
    expect([...gateway.variations(callback, token)]).toEqual([]);
  });
});
