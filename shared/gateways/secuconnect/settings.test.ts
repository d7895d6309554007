import { describe, expect, it } from 'vitest';
import type { Gateway } from '../gateway.ts';
import { gateway as secuconnect } from './index.ts';
import { provision } from './provision.ts';
import { settings } from './settings.ts';

const gateway: Gateway = secuconnect;
const PLAIN = { clientId: 'c', environment: 'testing' };
const check = (given: object, secrets: object = { clientSecret: 's' }) => gateway.checkSettings(given, secrets, 'new');

describe('settings', () => {
  it('has its defaults written out', () => {
    expect(check(PLAIN)).toEqual({
      ok: true,
      settings: { ...PLAIN, sourceRanges: 'off' },
      secrets: { clientSecret: 's' },
    });
  });

  it.each([
    [{ contractId: 'GCR_1', merchantId: 'MRC_1' }],
    [{ sourceRanges: 'gateway' }],
    [{ sourceRanges: ['192.0.2.0/24', '2001:db8::/32'] }],
    [{ apiHost: 'connect.example.com:8443', requestsPerMinute: 30 }],
  ])('takes %j', (more) => {
    expect(check({ ...PLAIN, ...more })).toMatchObject({ ok: true, settings: more });
  });

  it.each([
    [{ environment: 'live' }, '/settings/environment'],
    [{ sourceRanges: 'on' }, '/settings/sourceRanges'],
    [{ sourceRanges: [] }, '/settings/sourceRanges'],
    [{ sourceRanges: ['192.0.2.0'] }, '/settings/sourceRanges'],
    [{ sourceRanges: ['192.0.2.0/33'] }, '/settings/sourceRanges'],
    [{ environment: 'showcase', sourceRanges: 'gateway' }, '/settings/sourceRanges'],
    [{ apiHost: 'https://x' }, '/settings/apiHost'],
    [{ requestsPerMinute: 0 }, '/settings/requestsPerMinute'],
    [{ callbackToken: 'x' }, '/settings/callbackToken'],
  ])('refuses %j and names the field', (more, field) => {
    const checked = check({ ...PLAIN, ...more });
    expect(checked.ok ? [] : checked.problems.map((problem) => problem.field)).toContainEqual(
      expect.stringContaining(field),
    );
  });

  it('opens every reading to find out why a push was refused', () => {
    expect(gateway.allReadings({ ...PLAIN, sourceRanges: 'gateway' })).toMatchObject({ sourceRanges: 'off' });
    const push = { method: 'POST', path: '/', rawQuery: '', headers: {}, body: new Uint8Array() };
    const connector = { connectorId: 'a', registeredPath: '/', settings: PLAIN, secrets: [] };
    expect([...gateway.variations(push, connector, new Date())]).toEqual([]);
  });

  it('needs a URL that is hard to guess, and is configured by each payment', () => {
    expect(settings.needsCallbackToken(PLAIN)).toBe(true);
    expect(provision).toMatchObject({ can: false, byHand: expect.stringContaining('url_push') });
    expect(JSON.stringify(provision)).not.toMatch(/clone|requestId/i);
  });
});
