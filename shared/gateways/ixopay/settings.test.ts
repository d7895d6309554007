import { describe, expect, it } from 'vitest';
import { ALL_ON } from './request.testing.ts';
import { checkIxopaySettings } from './settings.ts';

const settings = { apiKey: 'acme-cc-1' };
const secrets = { sharedSecret: 's3cret' };
const problems = (given: unknown, hidden: unknown = secrets, mode: 'new' | 'change' = 'new') => {
  const check = checkIxopaySettings(given, hidden, mode);
  return check.ok ? [] : check.problems;
};

describe('settings and secrets of an IXOPAY connector', () => {
  it('every flag is stored explicitly; those that take callbacks in are true by default', () => {
    expect(checkIxopaySettings(settings, secrets, 'new')).toEqual({
      ok: true,
      settings: { ...settings, ...ALL_ON, signApiRequests: false },
      secrets,
    });
  });
  it('takes all that interfaces.md lists', () => {
    const all = {
      ...settings,
      ...ALL_ON,
      acceptMd5: false,
      username: 'u',
      publicPath: '/pay/callbacks/c1',
      signApiRequests: true,
      limits: { perMinute: 30, perIdPerMinute: 5 },
      members: ['c2'],
      apiHost: 'gateway.ixopay.com',
      connectorGuid: 'g',
      provisioningHost: '127.0.0.1:8080',
      provisioningUser: 'p',
    };
    const hidden = { ...secrets, password: 'x', provisioningPassword: 'y' };
    expect(checkIxopaySettings(all, hidden, 'new')).toEqual({ ok: true, settings: all, secrets: hidden });
  });
  it.each([
    ['no settings', undefined, '/settings/apiKey'],
    ['empty apiKey', { apiKey: '' }, '/settings/apiKey'],
    ['apiKey of 51', { apiKey: 'x'.repeat(51) }, '/settings/apiKey'],
    ['apiKey a number', { apiKey: 5 }, '/settings/apiKey'],
    ['a flag as text', { ...settings, acceptMd5: 'false' }, '/settings/acceptMd5'],
    ['unknown key', { ...settings, acceptMD5: true }, '/settings/acceptMD5'],
    ['a key with a slash', { ...settings, 'a/b': 1 }, '/settings/a~1b'],
    ['relative path', { ...settings, publicPath: 'callbacks/c1' }, '/settings/publicPath'],
    ['path with a query', { ...settings, publicPath: '/c?x=1' }, '/settings/publicPath'],
    ['host with a scheme', { ...settings, apiHost: 'https://gateway.ixopay.com' }, '/settings/apiHost'],
    ['limit above the manual’s', { ...settings, limits: { perMinute: 61 } }, '/settings/limits/perMinute'],
    ['limit that is none', { ...settings, limits: { perHour: 1 } }, '/settings/limits/perHour'],
    ['member', { ...settings, members: ['ok', 'not ok'] }, '/settings/members/1'],
  ])('%s', (_name, given, field) => {
    expect(problems(given)).toMatchObject([{ field, message: expect.stringMatching(/./) }]);
  });
  it.each([
    ['missing', {}, '/secrets/sharedSecret'],
    ['absent', null, '/secrets/sharedSecret'],
    ['empty', { sharedSecret: '' }, '/secrets/sharedSecret'],
    ['of 51 characters', { sharedSecret: 'x'.repeat(51) }, '/secrets/sharedSecret'],
    ['unknown', { ...secrets, sharedsecret: 'top' }, '/secrets/sharedsecret'],
  ])('secret %s', (_name, hidden, field) => {
    const found = problems(settings, hidden);
    expect(found).toMatchObject([{ field }]);
    expect(JSON.stringify(found)).not.toContain('xxx');
    expect(JSON.stringify(found)).not.toContain('top');
  });
  it('a change may leave secrets out, not empty them', () => {
    expect(checkIxopaySettings(settings, undefined, 'change')).toMatchObject({ ok: true, secrets: {} });
    expect(checkIxopaySettings(settings, { password: 'x' }, 'change')).toMatchObject({
      ok: true,
      secrets: { password: 'x' },
    });
    expect(problems(settings, { sharedSecret: '' }, 'change')).toMatchObject([{ field: '/secrets/sharedSecret' }]);
  });
  it('names every failing field and shows the value of settings only', () => {
    expect(
      problems({ apiKey: '', publicPath: 'x', odd: 1 }, { sharedSecret: 7 }).map(({ field, value }) => [field, value]),
    ).toEqual(
      expect.arrayContaining([
        ['/settings/apiKey', ''],
        ['/settings/publicPath', 'x'],
        ['/settings/odd', undefined],
        ['/secrets/sharedSecret', undefined],
      ]),
    );
  });
  it.each([null, 'x', 7, []])('settings %o are refused without a crash', (given) => {
    expect(problems(given).length).toBeGreaterThan(0);
  });
});
