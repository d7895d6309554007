import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEvent, readEvent } from './event.ts';

const EVENT = {
  specversion: '1.0',
  id: 'acme-cc-1:transaction:0f1e:2',
  type: 'payment.debit.finished',
  source: '/connectors/acme-cc-1',
  subject: 'transaction/0f1e',
  time: '2026-01-15T09:30:01.120Z',
  datacontenttype: 'application/json',
  dataschema: 'https://postrider.test/schemas/transaction/1.json',
  sequence: '0000000002',
  previoussequence: '0000000001',
  data: { version: 2, kind: 'debit', status: 'FINISHED' },
};

describe('parseEvent', () => {
  it('reads the event of interfaces.md and keeps members it does not know', () => {
    const reading = parseEvent(JSON.stringify({ ...EVENT, traceparent: 'x' }));
    expect(reading).toEqual({
      ok: true,
      event: { ...EVENT, traceparent: 'x' },
      address: { connectorId: 'acme-cc-1', subject: 'transaction/0f1e' },
    });
  });

  it('takes a link in place of the data', () => {
    const { data: _, ...rest } = EVENT;
    expect(readEvent({ ...rest, dataref: '/api/v1/x' }).ok).toBe(true);
  });

  it.each(['', '{', 'null and void', '\u0000'])('not JSON: %j', (body) => {
    expect(parseEvent(body)).toMatchObject({ ok: false, code: 'not_json' });
  });

  it.each([
    ['null', null],
    ['a list', [EVENT]],
    ['text', 'hello'],
    ['another specversion', { ...EVENT, specversion: '2.0' }],
    ['no specversion', { hello: 'world' }],
    ['no id', { ...EVENT, id: '' }],
    ['another source', { ...EVENT, source: 'https://elsewhere.test' }],
    ['a source with a path', { ...EVENT, source: '/connectors/a/b' }],
    ['a short sequence', { ...EVENT, sequence: '2' }],
    ['a number as sequence', { ...EVENT, sequence: 2 }],
    ['no previoussequence', { ...EVENT, previoussequence: undefined }],
    ['a previoussequence that is its own', { ...EVENT, previoussequence: EVENT.sequence }],
    ['neither data nor dataref', { ...EVENT, data: undefined }],
    ['data that is no object', { ...EVENT, data: 'x' }],
  ])('no event: %s', (_, value) => {
    expect(readEvent(value)).toMatchObject({ ok: false, code: 'not_an_event' });
  });

  it('is total', () => {
    fc.assert(fc.property(fc.string(), (text) => typeof parseEvent(text).ok === 'boolean'));
    fc.assert(fc.property(fc.anything(), (value) => typeof readEvent(value).ok === 'boolean'));
  });
});
