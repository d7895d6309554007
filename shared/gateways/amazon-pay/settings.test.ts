import { describe, expect, it } from 'vitest';
import { AUTHORITY, callbackOf, credentials, SETTINGS, TOPIC } from './amazon.testing.ts';
import { checkAmazonPaySettings } from './settings.ts';
import { allAmazonPayReadings, amazonPayVariations } from './variations.ts';

describe('settings', () => {
  it('have safe defaults', () => {
    expect(checkAmazonPaySettings({}, {}, 'new')).toEqual({
      ok: true,
      settings: { environment: 'live', confirmSubscriptions: 'operator', acceptSha1: true },
      secrets: {},
    });
    expect(checkAmazonPaySettings(SETTINGS, {}, 'new')).toMatchObject({ ok: true, settings: SETTINGS });
  });

  it.each([
    ['/settings/topicArns/0', { topicArns: ['arn:aws:sqs:us-east-1:123456789012:x'] }],
    ['/settings/topicArns', { topicArns: [] }],
    ['/settings/topicArns/0', { topicArns: [`${TOPIC}*`] }],
    ['/settings/region', { region: 'us' }],
    ['/settings/apiHost', { apiHost: 'https://a.example' }],
    ['/settings/certificateAuthorities/0', { certificateAuthorities: ['x'] }],
    ['/settings/certificateAuthorities', { certificateAuthorities: Array(11).fill(AUTHORITY.cert) }],
    ['/settings/confirmSubscriptions', { confirmSubscriptions: 'yes' }],
    ['/settings/acceptSha1', { acceptSha1: 'no' }],
    ['/settings/limits/perMinute', { limits: { perMinute: 0 } }],
    ['/settings/topicArn', { topicArn: TOPIC }],
  ])('name what is wrong: %s', (field, settings) => {
    expect(checkAmazonPaySettings(settings, {}, 'new')).toMatchObject({ ok: false, problems: [{ field }] });
  });
});

describe('variations', () => {
  it('are few, and begin with what the connector switched off', () => {
    const callback = callbackOf('{"Message":"ä"}');
    const causes = (settings: object) =>
      [...amazonPayVariations(callback, credentials({ ...settings }))].map(({ cause }) => cause);
    expect(causes({ acceptSha1: false })[0]).toBe('scheme_refused');
    expect(new Set(causes({ acceptSha1: true }))).toEqual(new Set(['body_changed']));
    expect(causes({}).length).toBeLessThan(60);
    expect(allAmazonPayReadings({ acceptSha1: false })).toEqual({ acceptSha1: true });
  });
});
