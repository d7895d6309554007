import { describe, expect, it } from 'vitest';
import { readCallbackPath } from './callback-path.ts';

describe('callback path', () => {
  it.each([
    ['/callbacks/acme-cc-1', 'acme-cc-1', undefined],
    ['/callbacks/acme-cc-1/', 'acme-cc-1', undefined],
    ['/callbacks/a.b_c~d/tok-1', 'a.b_c~d', 'tok-1'],
    ['/callbacks/acme-cc-1/tok/', 'acme-cc-1', 'tok'],
    ['/callbacks/acme%2Dcc-1', 'acme-cc-1', undefined],
  ])('%s is connector %s, token %s', (path, connectorId, token) => {
    expect(readCallbackPath(path, '')).toEqual(token === undefined ? { connectorId } : { connectorId, token });
  });

  it.each([
    '/callbacks',
    '/callbacks/',
    '/callbacks//',
    '/callbacks//acme-cc-1',
    '/callbacks/a//',
    '/callbacks/a/b/c',
    '/callbacks/a b',
    '/callbacks/%zz',
    '/callbacks/%c3%28',
    '/callbacks/%E4',
    '/callbacks/a%2Fb',
    '/callbacks/..',
    '/callbacks/%2e%2e',
    `/callbacks/${'a'.repeat(65)}`,
    `/callbacks/a/${'t'.repeat(65)}`,
    '/Callbacks/a',
    '/api/v1/status',
    '',
  ])('%j is no callback URL', (path) => {
    expect(readCallbackPath(path, '')).toBeUndefined();
  });

  it('knows its own path behind the path of the public URL, whether a proxy takes that away or not', () => {
    expect(readCallbackPath('/hooks/callbacks/a', '/hooks')).toEqual({ connectorId: 'a' });
    expect(readCallbackPath('/callbacks/a', '/hooks')).toEqual({ connectorId: 'a' });
    expect(readCallbackPath('/hooksx/callbacks/a', '/hooks')).toBeUndefined();
  });
});
