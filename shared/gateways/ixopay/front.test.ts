import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { front as ixopayFront } from './front.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const key = ixopayFront.inboxKey;

describe('inbox key', () => {
  const body = bytes('{"uuid":"a"}');
  const monday = { date: 'Mon, 12 Jan 2026 09:30:00 UTC' };
  it('is a base64url SHA-256', () => expect(key('pushed', body, monday)).toMatch(/^[A-Za-z0-9_-]{43}$/));
  it('covers body and signed date of a pushed callback, and nothing else', () => {
    expect(key('pushed', body, { ...monday, other: 'x' })).toBe(key('pushed', body, monday));
    expect(key('pushed', bytes('{"uuid":"b"}'), monday)).not.toBe(key('pushed', body, monday));
    expect(key('pushed', body, { date: 'Tue, 13 Jan 2026 09:30:00 UTC' })).not.toBe(key('pushed', body, monday));
  });
  it('covers askedAt, settles, parent and what was asked for of a fetched row', () => {
    const asked = { askedAt: '2026-01-15T09:30:00.000Z', settles: '[]', parent: 'p' };
    const keys = [asked, { ...asked, askedAt: '2026' }, { ...asked, settles: '["x"]' }, { ...asked, parent: 'q' }];
    const schedule = { ...asked, as: 'schedule' };
    const { parent: _, ...orphan } = asked;
    expect(new Set([...keys, orphan, schedule].map((declared) => key('fetched', body, declared))).size).toBe(6);
  });
  it('a report is known by its body alone', () => {
    expect(key('reported', body, monday)).toBe(key('reported', body, {}));
    expect(
      new Set((['own', 'reported', 'pushed', 'fetched'] as const).map((source) => key(source, body, {}))).size,
    ).toBe(4);
  });
  it('no two statements share the hashed bytes', () => {
    const part = fc.string({ maxLength: 6 });
    const statement = fc.tuple(part, part);
    fc.assert(
      fc.property(statement, statement, ([bodyA, dateA], [bodyB, dateB]) => {
        const same = bodyA === bodyB && dateA === dateB;
        expect(key('pushed', bytes(bodyA), { date: dateA }) === key('pushed', bytes(bodyB), { date: dateB })).toBe(
          same,
        );
      }),
    );
    for (const whole of ['xdatey', 'x4:date1:y']) {
      expect(key('pushed', bytes(whole), {})).not.toBe(key('pushed', bytes('x'), { date: 'y' }));
    }
    expect(key('fetched', bytes(''), { askedAt: 'settles', parent: '' })).not.toBe(
      key('fetched', bytes(''), { askedAt: '', settles: 'parent' }),
    );
  });
});

describe('answer', () => {
  it.each(['stored', 'duplicate'] as const)('%s: exactly OK', (outcome) => {
    expect(ixopayFront.acknowledge(outcome)).toEqual({
      status: 200,
      headers: { 'content-type': 'text/plain' },
      body: 'OK',
    });
  });
  it('asks for a repeat only where the trouble is ours', () => {
    expect(ixopayFront.acknowledge('refused').status).toBe(401);
    expect(ixopayFront.acknowledge('failed').status).toBe(503);
  });
  it('never keeps credentials', () => {
    const kept = ixopayFront.keptHeaders({ authorization: 'Basic dTpw', 'x-authorization': 'Bearer t', cookie: 'c=1' });
    expect(kept).toEqual({});
  });
  it('keeps what was signed and the signature, also where Basic stands beside it', () => {
    const headers = { date: 'd', 'content-type': 'text/xml', authorization: 'Basic dTpw, Gateway key:c2ln' };
    expect(ixopayFront.keptHeaders(headers)).toEqual({ ...headers, authorization: 'Gateway key:c2ln' });
  });
});
