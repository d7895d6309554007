import { describe, expect, it } from 'vitest';
import type { ConnectorCredentials, RawCallback } from '../gateway.ts';
import { front } from './front.ts';
import { connectorOf } from './request.testing.ts';

const NOW = new Date('2026-05-04T10:00:00.000Z');

function callbackOf(headers: Readonly<Record<string, string>>): RawCallback {
  return { method: 'POST', path: '/callbacks/c1', rawQuery: '', headers, body: Buffer.from('{}') };
}

const verify = (callback: RawCallback, connector: ConnectorCredentials) => front.verify(callback, connector, NOW);

describe('shared secrets', () => {
  it('token: in a header, behind a prefix where one is set; any key', () => {
    const connector = connectorOf(
      { mode: 'token', signatureHeader: 'Authorization', prefix: 'Bearer ' },
      { keys: ['new-token', 'old-token'] },
    );
    const by = (authorization: string) => verify(callbackOf({ authorization }), connector);
    expect(by('Bearer old-token')).toMatchObject({ ok: true, algorithm: 'token', keyId: 'k1' });
    expect(by('Bearer new-token').ok).toBe(true);
    expect(by('new-token')).toMatchObject({ code: 'signature_malformed' });
    expect(by('')).toMatchObject({ code: 'signature_missing' });
    for (const wrong of ['Bearer ', 'Bearer new-toke', 'Bearer new-token1', 'Bearer new-token, Bearer new-token']) {
      expect(by(wrong)).toMatchObject({ ok: false, code: 'signature_mismatch' });
    }
  });

  it('basic: the user of the settings and any key', () => {
    const connector = connectorOf({ mode: 'basic', callbackUser: 'gate' }, { keys: ['pass:word', 'old'] });
    const by = (pair: string, scheme = 'Basic') =>
      verify(callbackOf({ authorization: `${scheme} ${Buffer.from(pair).toString('base64')}` }), connector);
    expect(by('gate:pass:word')).toMatchObject({ ok: true, algorithm: 'basic' });
    expect(by('gate:old', 'basic').ok).toBe(true);
    for (const wrong of ['gate:pass', 'Gate:old', ':old', 'gate:', 'gateold:']) {
      expect(by(wrong)).toMatchObject({ ok: false, code: 'signature_mismatch' });
    }
    expect(by('gate')).toMatchObject({ code: 'signature_malformed' });
    expect(by('gate:old', 'Bearer')).toMatchObject({ code: 'signature_malformed' });
    const twice = `Basic ${Buffer.from('gate:old').toString('base64')}`;
    expect(verify(callbackOf({ authorization: `${twice}, ${twice}` }), connector).ok).toBe(false);
  });

  it('no refusal repeats a secret', () => {
    const connector = connectorOf({ mode: 'token', signatureHeader: 'X-Token' }, { keys: ['hush-hush'] });
    expect(JSON.stringify(verify(callbackOf({ 'x-token': 'hush-hus' }), connector))).not.toContain('hush');
  });
});
