import { describe, expect, it } from 'vitest';
import type { RawCallback } from '../gateway.ts';
import { certificate, connector, delivered, NOW } from './connector.testing.ts';
import { gateway } from './index.ts';

const BODY = '{"id":"WH-1","n":1.0,"text":"é/"}';

/** Causes under which a refused delivery is genuine after all. */
function causesOf(callback: RawCallback): readonly string[] {
  const own = connector();
  expect(gateway.front.verify(callback, own, NOW, certificate).ok).toBe(false);
  return [...gateway.variations(callback, own)]
    .filter((one) => {
      const credentials = { ...own, settings: gateway.allReadings(one.settings) };
      return gateway.front.verify(one.callback ?? callback, credentials, NOW, certificate).ok;
    })
    .map(({ cause }) => cause);
}

describe('why a delivery was refused', () => {
  it('a body that was written anew', () => {
    const rewritten = new TextEncoder().encode('{ "id": "WH-1", "n": 1.0, "text": "é/" }');
    expect(causesOf({ ...delivered(BODY), body: rewritten })).toEqual(['body_changed']);
  });

  it('an event of the simulator', () => {
    expect(causesOf(delivered(BODY, { webhookId: 'WEBHOOK_ID' }))).toEqual(['wrong_secret']);
  });

  it('none of them: a forged one', () => {
    expect(causesOf(delivered(BODY, { webhookId: 'ANOTHER' }))).toEqual([]);
    expect([...gateway.variations({ ...delivered(BODY), headers: {} }, connector())]).toEqual([]);
  });
});
