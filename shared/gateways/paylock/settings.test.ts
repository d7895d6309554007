import { describe, expect, it } from 'vitest';
import { checkPaylockSettings, settings as entry } from './settings.ts';

const HMAC = { signatureHeader: 'X-Sig', idPath: 'id', statusPath: 'status' };
const KEYS = { keys: ['00ff'] };

function fieldsOf(settings: object, secrets: object = KEYS): readonly string[] {
  const check = checkPaylockSettings(settings, secrets, 'new');
  return check.ok ? [] : check.problems.map(({ field }) => field.replace('/settings/', ''));
}

describe('settings that contradict each other are refused', () => {
  it.each<[string, object, readonly string[]]>([
    ['nothing configured', {}, []],
    ['a plain HMAC', HMAC, []],
    ['a time that is not signed', { ...HMAC, timestampHeader: 'X-Time', timestampUnit: 's' }, ['timestampHeader']],
    ['a signed time', { ...HMAC, timestampHeader: 'X-Time', timestampUnit: 's', template: '{timestamp}.{body}' }, []],
    ['a signed time without its header', { ...HMAC, template: '{timestamp}.{body}' }, ['timestampHeader']],
    [
      'a signed time without its unit',
      { ...HMAC, timestampHeader: 'X-Time', template: '{timestamp}.{body}' },
      ['timestampUnit'],
    ],
    ['a signed id without its header', { ...HMAC, template: '{id}\n{body}' }, ['idHeader']],
    ['a query that runs into the body', { ...HMAC, template: '{query}{body}' }, ['template']],
    ['a query that a dot divides from it', { ...HMAC, template: '{path}?{query}.{body}' }, ['template']],
    ['a query that the path divides from it', { ...HMAC, template: '{query}{method}{path}{body}' }, ['template']],
    ['an id behind the body', { ...HMAC, idHeader: 'X-Id', template: '{body}.{id}' }, ['template']],
    ['an id that runs into the query', { ...HMAC, idHeader: 'X-Id', template: '{id}.{query}\n{body}' }, ['template']],
    ['a query on a line of its own', { ...HMAC, template: '{method}\n{path}\n{query}\n{body}' }, []],
    ['a query before JSON', { ...HMAC, template: '{query}{body}', bodyFormat: 'json' }, []],
    ['a query before a form', { ...HMAC, template: '{query}{body}', bodyFormat: 'form' }, ['template']],
    ['a query on a line with the body', { ...HMAC, template: '{path}\n{query}{body}' }, ['template']],
    ['an id that the digest divides', { ...HMAC, idHeader: 'X-Id', template: '{query}{sha256hex:body}{id}' }, []],
    ['a query before the digest', { ...HMAC, template: '{path}{query}{sha256hex:body}' }, []],
    [
      'an id that a time divides from the body',
      { ...HMAC, idHeader: 'X-Id', timestampHeader: 'X-T', timestampUnit: 's', template: '{id}.{timestamp}.{body}' },
      [],
    ],
    ['an id that is not signed', { ...HMAC, idHeader: 'X-Id' }, ['idHeader']],
    ['a place of the time without a header', { ...HMAC, timestampPrefix: 't=' }, ['timestampPrefix']],
    ['a template with a misspelled part', { ...HMAC, template: '{bodies}{body}' }, ['template']],
    ['a template with an open brace', { ...HMAC, template: '{body' }, ['template']],
    ['a template without the body', { ...HMAC, template: '{method}{path}' }, ['template']],
    ['the digest of the body', { ...HMAC, template: '{path}{sha256hex:body}' }, []],
    ['basic without a user', { mode: 'basic' }, ['callbackUser']],
    ['basic', { mode: 'basic', callbackUser: 'u' }, []],
    ['hints whose repeats cannot be told', { mode: 'fetch', idPath: 'id' }, ['idempotencyPath']],
    ['hints', { mode: 'fetch', idPath: 'id', sequencePath: 'n' }, []],
    ['a map without its path', { ...HMAC, kindMap: { a: 'debit' } }, ['kindMap']],
    ['two kinds', { ...HMAC, kind: 'debit', kindPath: 'kind' }, ['kind']],
    ['an amount without a currency', { ...HMAC, amountPath: 'amount' }, ['amountPath']],
    ['a merchant’s place without the merchant', { ...HMAC, merchantIdPath: 'm' }, ['merchantIdPath']],
    ['a look-up without an id', { ...HMAC, lookupPath: '/payments' }, ['lookupPath']],
    ['a look-up at another host', { ...HMAC, lookupPath: '//elsewhere/{id}' }, ['lookupPath']],
    ['a look-up with a fragment', { ...HMAC, lookupPath: '/payments/{id}#x' }, ['lookupPath']],
    ['a path of answers that is none', { ...HMAC, lookupPaths: { idPath: 'a..b' } }, ['lookupPaths/idPath']],
    ['a path of answers that is not known', { ...HMAC, lookupPaths: { id: 'a' } }, ['lookupPaths/id']],
    ['a kind that is none', { ...HMAC, kindPath: 'k', kindMap: { Sale: 'sale' } }, ['kindMap/Sale']],
    ['an unknown algorithm', { ...HMAC, algorithm: 'md5' }, ['algorithm']],
  ])('%s', (_name, settings, problems) => {
    expect(fieldsOf(settings)).toEqual(problems);
  });

  it('a key must be written as secretEncoding says, and is never shown', () => {
    expect(fieldsOf({ ...HMAC, secretEncoding: 'hex' })).toEqual([]);
    const check = checkPaylockSettings({ ...HMAC, secretEncoding: 'hex' }, { keys: ['00ff', 'hush-hush'] }, 'new');
    expect(check).toMatchObject({ ok: false, problems: [{ field: '/secrets/keys/1' }] });
    expect(JSON.stringify(check)).not.toContain('hush');
    expect(fieldsOf({ ...HMAC, secretEncoding: 'base64' }, { keys: ['not base64!'] })).toEqual(['/secrets/keys/0']);
  });

  it('needs what its mode needs', () => {
    const needed = (mode: string) => entry.needed.filter((name) => !entry.notNeeded?.({ mode }).includes(name));
    expect([needed('hmac'), needed('token'), needed('basic'), needed('fetch')]).toEqual([
      ...[
        ['/settings/signatureHeader', '/secrets/keys'],
        ['/settings/signatureHeader', '/secrets/keys'],
      ],
      ...[['/secrets/keys'], []],
    ]);
    expect([entry.needsCallbackToken({ mode: 'fetch' }), entry.needsCallbackToken({ mode: 'hmac' })]).toEqual([
      true,
      false,
    ]);
  });
});
