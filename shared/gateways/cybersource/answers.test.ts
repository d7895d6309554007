import { describe, expect, it } from 'vitest';
import { outlineOf } from '../outline.testing.ts';
import { gateway } from './index.ts';
import { callbackOf, credentials, envelope, NOW, signature } from './notification.testing.ts';

const ID = '7283649501726384950173';
const ORIGINAL = '7283649501726384950001';
const MONEY = { orderInformation: { amountDetails: { totalAmount: '24.50', currency: 'EUR' } } };

describe('what a merchant reports', () => {
  const reported = (result: unknown) => {
    const reading = gateway.readReport({ result });
    if (reading.effect === 'none') return reading;
    const { notifications } = gateway.normalize({ source: 'reported', body: reading.body, declared: {} });
    return notifications.map(outlineOf);
  };
  const self = (resource: string) => ({ _links: { self: { href: `/pts/v2/${resource}/${ID}`, method: 'GET' } } });
  it.each([
    [
      'an authorization',
      { status: 'AUTHORIZED', ...self('payments'), ...MONEY },
      { kind: 'preauthorize', status: 'FINISHED' },
    ],
    [
      'a redirect',
      { status: 'PENDING_AUTHENTICATION', ...self('payments') },
      { kind: 'preauthorize', status: 'PENDING', pendingReason: 'redirect' },
    ],
    [
      'a review',
      { status: 'AUTHORIZED_PENDING_REVIEW' },
      { kind: 'preauthorize', status: 'PENDING', pendingReason: 'review' },
    ],
    [
      'a capture',
      { status: 'PENDING', ...self('captures'), originalRequestId: ORIGINAL, ...MONEY },
      { kind: 'capture', status: 'PENDING', original: ORIGINAL },
    ],
    [
      'a refund',
      { status: 'PENDING', refundAmountDetails: { refundAmount: '1.00', currency: 'EUR' } },
      { kind: 'refund', amount: '1.00 EUR' },
    ],
    [
      'a credit',
      { status: 'PENDING', ...self('credits'), creditAmountDetails: { creditAmount: '2.00', currency: 'EUR' } },
      { kind: 'refund', amount: '2.00 EUR' },
    ],
    [
      'a void',
      { status: 'VOIDED', voidAmountDetails: { voidAmount: '24.50', currency: 'EUR' } },
      { kind: 'void', status: 'FINISHED', amount: '24.50 EUR' },
    ],
    ['a reversal', { status: 'REVERSED', ...self('reversals') }, { kind: 'void', status: 'FINISHED' }],
    [
      'a decline',
      { status: 'DECLINED', ...self('payments'), errorInformation: { reason: 'CVN_NOT_MATCH' } },
      { kind: 'preauthorize', status: 'ERROR', errorClass: 'customer' },
    ],
    ['something that is open', { status: 'TRANSMITTED' }, { kind: undefined, hint: true }],
  ])('%s', (_what, result, expected) => {
    const said = reported({ id: ID, submitTimeUtc: '2026-01-15T09:00:00Z', ...result });
    expect(Array.isArray(said) && said[0]).toMatchObject({ id: ID, ...expected });
  });
  it.each([
    [undefined],
    ['x'],
    [{}],
    [{ id: '../x' }],
    [{ id: ID, text: '\ud800' }],
    [{ id: ID, text: 'x'.repeat(70_000) }],
  ])('nothing of %j', (result) => {
    expect(reported(result)).toMatchObject({ effect: 'none', why: expect.stringMatching(/./) });
  });
  it('quotes no card number of a message', () => {
    const errorInformation = { reason: 'INVALID_DATA', message: 'Card 4111 1111 1111 1111 is no card' };
    const said = reported({ id: ID, status: 'INVALID_REQUEST', ...self('payments'), errorInformation });
    expect(Array.isArray(said) && said[0]).toMatchObject({ message: 'Card *** is no card' });
  });
});

describe('why one was refused', () => {
  const body = JSON.stringify(envelope('payments.capture.status.updated', { id: ID }));
  const causes = (
    ...[callback, connector = credentials(), now = NOW]: [
      ReturnType<typeof callbackOf>,
      ReturnType<typeof credentials>?,
      Date?,
    ]
  ) =>
    [...gateway.variations(callback, connector, now)]
      .filter((one) => {
        const verdict = gateway.front.verify(one.callback ?? callback, { ...connector, settings: one.settings }, now);
        return 'ok' in verdict && verdict.ok;
      })
      .map(({ cause }) => cause);
  it('is found: held back, or changed on the way', () => {
    const late = new Date(NOW.getTime() + 86_400_000);
    expect(causes(callbackOf(body), credentials(), late)[0]).toBe('stale_date');
    const spaced = JSON.stringify(JSON.parse(body), undefined, 2);
    expect(causes(callbackOf(spaced, body))).toContain('body_changed');
    expect(causes(callbackOf(body, 'other'))).toEqual([]);
  });
  it('does not count a pin of the reading', () => {
    expect(gateway.allReadings({ organizationId: 'o', payloadScheme: 'body' })).toEqual({ organizationId: 'o' });
  });
});

describe('what is kept and answered', () => {
  it('the headers of a notification, and nothing else', () => {
    const headers = { 'v-c-signature': signature('x'), 'v-c-event-type': 'e', authorization: 'Basic x', cookie: 'c' };
    expect(Object.keys(gateway.front.keptHeaders(headers, {}))).toEqual(['v-c-signature', 'v-c-event-type']);
  });
  it('200 for new ones and repeats, 401, 503', () => {
    const statuses = (['stored', 'duplicate', 'refused', 'failed'] as const).map(
      (one) => gateway.front.acknowledge(one).status,
    );
    expect(statuses).toEqual([200, 200, 401, 503]);
  });
});
