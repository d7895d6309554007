import { describe, expect, it } from 'vitest';
import { leaksOf } from './secret-scan.ts';

const SECRET = 'planted "shared"/secret+7c1e=é?';
const PAN = '4111111111111111';
const url = (text: string) => encodeURIComponent(text);

const LEAKS: readonly (readonly [form: string, text: string])[] = [
  ['plain', `the secret is ${SECRET}.`],
  ['plain', JSON.stringify({ secret: SECRET })],
  ['plain', JSON.stringify({ secret: SECRET }).replace('é', '\\u00e9')],
  ['hex', Buffer.from(`x${SECRET}y`).toString('hex').toUpperCase()],
  ['URL-encoded', `https://example.com/?secret=${url(SECRET)}&more`],
  ['URL-encoded', new URLSearchParams({ secret: SECRET }).toString()],
  ...['', 'a', 'ab', 'abc'].flatMap((before) =>
    ['', 'z', 'yz'].map((after) => ['base64', Buffer.from(before + SECRET + after).toString('base64')] as const),
  ),
  ...['', 'a', 'ab'].map((before) => ['base64url', Buffer.from(before + SECRET).toString('base64url')] as const),
];

describe('the scan for secrets', () => {
  it.each(LEAKS)('finds one in %s form: %s', (form, text) => {
    for (const bytes of [text, Buffer.from(text)]) {
      expect(leaksOf([{ where: 'here', bytes }], { secret: SECRET })).toContain(`secret (${form}) in here`);
    }
  });

  it('finds the number of a card in a body that is handed over as base64', () => {
    const body = Buffer.from(JSON.stringify({ card: { number: PAN } })).toString('base64');
    expect(leaksOf([{ where: 'here', bytes: body }], { card: PAN })).toEqual([
      'card (base64) in here',
      'card (base64url) in here',
    ]);
  });

  it('says nothing where there is nothing, and lets an answer show its own', () => {
    const other = { where: 'here', bytes: Buffer.from('planted "shared"/secret+7c1f=é?') };
    expect(leaksOf([other], { secret: SECRET })).toEqual([]);
    const once = { where: 'here', bytes: SECRET, shows: ['secret'] };
    expect(leaksOf([once], { secret: SECRET })).toEqual([]);
    expect(leaksOf([once], { secret: SECRET, part: 'secret+7c1e' })).not.toEqual([]);
  });

  it('its report does not leak', () => {
    expect(leaksOf([{ where: 'here', bytes: SECRET }], { secret: SECRET }).join()).not.toContain('7c1e');
    expect(() => leaksOf([], { pin: '1234' })).toThrow(/^the secret pin is too short/);
  });
});
