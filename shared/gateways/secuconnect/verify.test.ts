import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConnectorCredentials, RawCallback } from '../gateway.ts';
import { front } from './front.ts';

const BODY = '{"object":"event.pushes","id":"evt_1","target":"payment.transactions","type":"changed","data":[]}';

function callback(change: Partial<RawCallback> = {}): RawCallback {
  const headers = { 'content-type': 'application/json' };
  return { method: 'POST', path: '/callbacks/acme/token', rawQuery: '', headers, body: Buffer.from(BODY), ...change };
}

function connector(settings: Record<string, unknown> = {}): ConnectorCredentials {
  return {
    ...{ connectorId: 'acme', registeredPath: '/callbacks/acme', secrets: [] },
    settings: { environment: 'production', ...settings },
  };
}

describe('verify', () => {
  it('takes a push', () => {
    expect(front.verify(callback(), connector())).toEqual({
      ...{ ok: true, keyId: 'url-token', algorithm: 'capability-token', readings: {}, declared: {} },
    });
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'object=event.pushes'],
    ['a list', `[${BODY}]`],
    ['another object', '{"object":"payment.transactions","id":"PCI_1"}'],
    ['a prototype', '{"__proto__":{"object":"event.pushes"}}'],
    ['a cut body', BODY.slice(0, -1)],
  ])('refuses %s', (_, body) => {
    const verdict = front.verify(callback({ body: Buffer.from(body) }), connector());
    expect(verdict).toMatchObject({ ok: false, code: 'envelope_malformed' });
  });

  it('gives a verdict on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (body) => {
        expect(front.verify(callback({ body }), connector())).toMatchObject({ ok: false });
      }),
    );
  });
});

describe('sourceRanges', () => {
  it.each([
    ['gateway', '91.195.150.0', 'production'],
    ['gateway', '91.195.151.255', 'production'],
    ['gateway', '::ffff:91.195.150.7', 'production'],
    ['gateway', '46.243.73.0', 'testing'],
    ['gateway', '46.243.73.255', 'testing'],
    [['192.0.2.0/24'], '192.0.2.9', 'showcase'],
    [['198.51.100.7/32', '2001:db8::/32'], '2001:db8::1', 'testing'],
    ['off', '203.0.113.9', 'production'],
    [undefined, undefined, 'production'],
  ])('%j takes %s in %s', (sourceRanges, sourceIp, environment) => {
    const given = callback(sourceIp === undefined ? {} : { sourceIp });
    expect(front.verify(given, connector({ sourceRanges, environment }))).toMatchObject({ ok: true });
  });

  it.each([
    ['gateway', '91.195.149.255', 'production'],
    ['gateway', '91.195.152.0', 'production'],
    ['gateway', '46.243.73.1', 'production'],
    ['gateway', '91.195.150.1', 'testing'],
    ['gateway', '91.195.150.1', 'showcase'],
    ['gateway', '91.195.150.1', '__proto__'],
    ['gateway', undefined, 'production'],
    ['gateway', 'unknown', 'production'],
    ['gateway', '91.195.150.1, 203.0.113.1', 'production'],
    [['192.0.2.0/24'], '192.0.3.9', 'testing'],
    [['nonsense', '192.0.2.0/99'], '192.0.2.9', 'testing'],
    [[], '192.0.2.9', 'testing'],
    [7, '192.0.2.9', 'testing'],
    ['on', '192.0.2.9', 'testing'],
  ])('%j refuses %s in %s', (sourceRanges, sourceIp, environment) => {
    const given = callback(sourceIp === undefined ? {} : { sourceIp });
    const verdict = front.verify(given, connector({ sourceRanges, environment }));
    expect(verdict).toMatchObject({ ok: false, code: 'sender_refused' });
  });

  it('believes no header', () => {
    const headers = { 'x-forwarded-for': '91.195.150.1', 'x-postrider-source-ip': '91.195.150.1' };
    const given = callback({ headers, sourceIp: '203.0.113.9' });
    expect(front.verify(given, connector({ sourceRanges: 'gateway' }))).toMatchObject({ code: 'sender_refused' });
  });
});

describe('the front', () => {
  it('knows a push by all of its bytes, an answer by when and as what it was asked too', () => {
    const key = (body: string, declared = {}, source: 'pushed' | 'fetched' = 'pushed') =>
      front.inboxKey(source, Buffer.from(body), declared);
    expect(key(BODY)).toBe(key(BODY));
    expect(key(BODY)).not.toBe(key(`${BODY} `));
    expect(key(BODY, { as: 'x' })).toBe(key(BODY));
    expect(key(BODY, {}, 'fetched')).not.toBe(key(BODY));
    const parts = ['askedAt', 'settles', 'as', 'asked', 'kind', 'list'];
    const keys = parts.map((name) => key(BODY, { [name]: 'v' }, 'fetched'));
    expect(new Set([key(BODY, {}, 'fetched'), ...keys]).size).toBe(parts.length + 1);
  });

  it('answers 200 to all that is stored, once or again', () => {
    expect(front.acknowledge('stored')).toMatchObject({ status: 200 });
    expect(front.acknowledge('duplicate')).toEqual(front.acknowledge('stored'));
    expect(front.acknowledge('refused')).toMatchObject({ status: 401 });
    expect(front.acknowledge('failed')).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
  });

  it('keeps no header with a credential', () => {
    const headers = { authorization: 'Basic x', cookie: 'y', 'content-type': 'application/json', referer: 'https://z' };
    expect(front.keptHeaders(headers)).toEqual({ 'content-type': 'application/json', referer: 'https://z' });
  });
});
