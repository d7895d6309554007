import { describe, expect, it } from 'vitest';
import { auditChange, auditFacts, readAuditEntry } from './audit-change.ts';
import { changedMembers } from './changed-members.ts';

describe('auditChange', () => {
  it('keeps what was and what is', () => {
    expect(auditChange('name', 'Acme', 'Acme 2')).toEqual({ field: 'name', before: 'Acme', after: 'Acme 2' });
    expect(auditChange('name', undefined, null)).toEqual({ field: 'name', after: null });
  });

  it.each([
    'secrets.sharedSecret',
    'settings.password',
    'readToken',
    'settings.privateKey',
    'settings.key',
    'apiPassword',
  ])('of %s the name alone', (field) => {
    expect(auditChange(field, 'planted', { any: 'planted' })).toEqual({ field });
  });

  it('masks secrets inside a value, and users in URLs', () => {
    const value = { host: 'https://ann:planted@gateway.example/x', login: { user: 'ann', Password: 'planted' } };
    expect(auditChange('settings.provisioning', undefined, value)).toEqual({
      field: 'settings.provisioning',
      after: { host: 'https://***@gateway.example/x', login: { user: 'ann', Password: '***' } },
    });
  });

  it('keeps no value that is long', () => {
    expect(auditChange('settings.document', 1, 'x'.repeat(2_000))).toEqual({
      field: 'settings.document',
      before: 1,
      after: '(2002 characters of JSON, not kept)',
    });
  });
});

it('changedMembers names each member that differs, in order', () => {
  expect(changedMembers({ a: 1, b: [1], c: 3 }, { b: [1], c: 4, d: 5 }, 'settings.')).toEqual([
    { field: 'settings.a', before: 1 },
    { field: 'settings.c', before: 3, after: 4 },
    { field: 'settings.d', after: 5 },
  ]);
});

it('auditFacts leaves out what was not given', () => {
  expect(auditFacts({ from: 'a', types: undefined })).toEqual([{ field: 'from', after: 'a' }]);
});

it('readAuditEntry makes members of the names in entries of before', () => {
  const entry = { at: 'a', who: 'w', what: 'x', resource: 'r' };
  expect(readAuditEntry(JSON.stringify({ ...entry, changes: ['name', { field: 'b', after: 1 }] }))).toEqual({
    ...entry,
    changes: [{ field: 'name' }, { field: 'b', after: 1 }],
  });
});
