import type { SampleCase } from './cases.ts';
import { CHARGE, chargeObject, ipn, price, SUBSCRIPTION } from './shapes.ts';

const DECLINED = 'S01-2417703-8811029-C034417';
const CAPTURE_DECLINED = 'S01-6670254-1190377-C071820';
const CANCELED = 'S01-1203318-4470156-C011208';
const EXPIRED = 'S01-8830021-5562190-C090071';
const AT_ONCE = 'S01-3398124-7745001-C048873';
const YEN = 'S01-7021856-3350942-C062204';
const STRANGE = 'S01-9946003-2210087-C083315';

const hintOf = (id: string) => ({
  ...{ type: 'transaction', id, kind: 'preauthorize', status: 'PENDING', hint: true },
  ...{ ask: { as: 'charge' }, amount: null, original: null },
});
const ask = (id: string) => ({ request: `GET /v2/charges/${id}`, declared: { as: 'charge', id } });
const own = (id: string) => ({ type: 'transaction', id, kind: 'preauthorize', hint: null, original: null });
const captureOf = (id: string) => ({
  ...{ type: 'transaction', id: `${id}~capture`, kind: 'capture', original: id, link: 'reference' },
});
/** Closes a capture that is known, and is none where none is. */
const noCapture = (id: string) => ({
  ...{ type: 'transaction', id: `${id}~capture`, kind: null, status: 'ERROR', original: null },
});

/** The story of one sale: authorized, captured, partly refunded, charged back (cases-other.ts). */
const SALE: readonly SampleCase[] = [
  {
    name: '01-charge-authorization-initiated',
    about: 'A charge waits for its authorization.',
    id: SUBSCRIPTION,
    timestamp: '2026-10-01T09:00:03.211Z',
    message: ipn('CHARGE', CHARGE),
    expect: [hintOf(CHARGE)],
    answers: [
      {
        ...ask(CHARGE),
        body: chargeObject(CHARGE, ['AuthorizationInitiated', '20261001T090001Z']),
        expect: [
          {
            ...own(CHARGE),
            ...{ status: 'PENDING', final: false, pendingReason: 'async', amount: '100.00 EUR', testMode: true },
            ...{ gatewayTime: '2026-10-01T09:00:01.000Z', merchantReference: 'ORDER-1001', metadata: 'cart 7' },
          },
        ],
      },
    ],
  },
  {
    name: '02-charge-authorized',
    about: 'The charge is authorized. Signed with SHA-1, as topics do by default.',
    version: '1',
    id: SUBSCRIPTION,
    timestamp: '2026-10-01T09:12:40.004Z',
    message: ipn('CHARGE', CHARGE),
    expect: [hintOf(CHARGE)],
    answers: [
      {
        ...ask(CHARGE),
        body: chargeObject(CHARGE, ['Authorized', '20261001T091238Z']),
        expect: [
          { ...own(CHARGE), status: 'FINISHED', amount: '100.00 EUR', gatewayTime: '2026-10-01T09:12:38.000Z' },
        ],
      },
    ],
  },
  {
    name: '03-charge-capture-initiated',
    about: 'The merchant captures: the capture waits.',
    id: SUBSCRIPTION,
    timestamp: '2026-10-02T07:30:02.871Z',
    message: ipn('CHARGE', CHARGE),
    expect: [hintOf(CHARGE)],
    answers: [
      {
        ...ask(CHARGE),
        body: chargeObject(CHARGE, ['CaptureInitiated', '20261002T073000Z'], { captureAmount: price('0.00') }),
        expect: [
          { ...own(CHARGE), status: 'FINISHED', amount: '100.00 EUR' },
          { ...captureOf(CHARGE), status: 'PENDING', pendingReason: 'async', amount: null },
        ],
      },
    ],
  },
  {
    name: '04-charge-captured',
    about: 'The capture of a part is done.',
    id: SUBSCRIPTION,
    timestamp: '2026-10-02T07:31:10.442Z',
    message: ipn('CHARGE', CHARGE),
    expect: [hintOf(CHARGE)],
    answers: [
      {
        ...ask(CHARGE),
        body: chargeObject(CHARGE, ['Captured', '20261002T073108Z'], { captureAmount: price('90.00') }),
        expect: [
          { ...own(CHARGE), status: 'FINISHED', final: true, amount: '100.00 EUR' },
          {
            ...captureOf(CHARGE),
            ...{ status: 'FINISHED', final: true, amount: '90.00 EUR', merchantReference: 'ORDER-1001' },
            gatewayTime: '2026-10-02T07:31:08.000Z',
          },
        ],
      },
    ],
  },
  {
    name: '05-charge-captured-sent-again',
    about: 'The same message once more: one statement, though a part that is not signed differs.',
    messageOf: '04-charge-captured',
    id: '6f3f2f0c-1f9c-4c5e-8b39-0f6cf4a9a0aa',
    timestamp: '2026-10-02T07:31:10.442Z',
    message: ipn('CHARGE', CHARGE),
    expect: [hintOf(CHARGE)],
  },
];

const ENDS: readonly SampleCase[] = [
  {
    name: '10-charge-captured-at-once',
    about: 'Authorized and captured in one step; the keys of the message in lower camel case, the state as the prose has it.',
    version: '1',
    id: SUBSCRIPTION,
    timestamp: '2026-10-03T18:20:00.100Z',
    message: {
      merchantID: 'A3ACMEMERCHANT',
      objectType: 'CHARGE',
      objectId: AT_ONCE,
      notificationType: 'STATE_CHANGE',
      notificationId: 'n-1',
      notificationVersion: 'V2',
    },
    expect: [hintOf(AT_ONCE)],
    answers: [
      {
        ...ask(AT_ONCE),
        body: chargeObject(AT_ONCE, ['Completed', '2026-10-03T18:19:58.250Z'], { captureAmount: price('100.00') }),
        expect: [
          { ...own(AT_ONCE), status: 'FINISHED', amount: '100.00 EUR', gatewayTime: '2026-10-03T18:19:58.250Z' },
          { ...captureOf(AT_ONCE), status: 'FINISHED', amount: '100.00 EUR' },
        ],
      },
    ],
  },
  {
    name: '11-charge-declined-soft',
    about: 'The authorization is declined; trying again may help.',
    id: SUBSCRIPTION,
    timestamp: '2026-10-04T10:00:09.000Z',
    message: ipn('CHARGE', DECLINED),
    expect: [hintOf(DECLINED)],
    answers: [
      {
        ...ask(DECLINED),
        body: chargeObject(DECLINED, ['Declined', '20261004T100007Z', 'SoftDeclined']),
        expect: [
          {
            ...own(DECLINED),
            ...{ status: 'ERROR', final: true, cancelled: true },
            ...{ errorClass: 'declined', errorCode: 'SoftDeclined', advice: 'retry' },
          },
          noCapture(DECLINED),
        ],
      },
    ],
  },
  {
    name: '12-charge-authorized-before-decline',
    about: 'Another charge is authorized.',
    id: SUBSCRIPTION,
    timestamp: '2026-10-04T11:00:01.000Z',
    message: ipn('CHARGE', CAPTURE_DECLINED),
    expect: [hintOf(CAPTURE_DECLINED)],
    answers: [
      {
        ...ask(CAPTURE_DECLINED),
        body: chargeObject(CAPTURE_DECLINED, ['CaptureInitiated', '20261004T110000Z']),
        expect: [
          { ...own(CAPTURE_DECLINED), status: 'FINISHED' },
          { ...captureOf(CAPTURE_DECLINED), status: 'PENDING', amount: null },
        ],
      },
    ],
  },
  {
    name: '13-charge-capture-declined',
    about: 'Its capture is declined: Amazon failed, and the permission may still be chargeable.',
    id: SUBSCRIPTION,
    timestamp: '2026-10-04T11:05:01.000Z',
    message: ipn('CHARGE', CAPTURE_DECLINED),
    expect: [hintOf(CAPTURE_DECLINED)],
    answers: [
      {
        ...ask(CAPTURE_DECLINED),
        body: chargeObject(CAPTURE_DECLINED, ['Declined', '20261004T110500Z', 'ProcessingFailure']),
        expect: [
          { ...own(CAPTURE_DECLINED), status: 'ERROR', cancelled: true, errorClass: 'temporary', advice: 'retry' },
          { ...noCapture(CAPTURE_DECLINED), errorCode: 'ProcessingFailure' },
        ],
      },
    ],
  },
  {
    name: '14-charge-canceled',
    about: 'The merchant cancels an authorization.',
    id: SUBSCRIPTION,
    timestamp: '2026-10-05T08:00:01.000Z',
    message: ipn('CHARGE', CANCELED),
    expect: [hintOf(CANCELED)],
    answers: [
      {
        ...ask(CANCELED),
        body: chargeObject(CANCELED, ['Canceled', '20261005T080000Z', 'MerchantCanceled']),
        expect: [
          { ...own(CANCELED), status: 'ERROR', cancelled: true, errorClass: 'information' },
          {
            ...{ type: 'transaction', id: `${CANCELED}~void`, kind: 'void', status: 'FINISHED', final: true },
            ...{ original: CANCELED, link: 'reference', amount: null },
          },
        ],
      },
    ],
  },
  {
    name: '15-charge-expired',
    about: 'An authorization expires after 30 days: so there had been one.',
    version: '1',
    id: SUBSCRIPTION,
    timestamp: '2026-11-03T08:00:01.000Z',
    message: ipn('CHARGE', EXPIRED),
    expect: [hintOf(EXPIRED)],
    answers: [
      {
        ...ask(EXPIRED),
        body: chargeObject(EXPIRED, ['Canceled', '20261103T080000Z', 'ExpiredUnused']),
        expect: [
          { ...own(EXPIRED), status: 'ERROR', cancelled: true, errorCode: 'ExpiredUnused' },
          { ...own(EXPIRED), status: 'FINISHED', cancelled: null, amount: '100.00 EUR' },
          { type: 'transaction', id: `${EXPIRED}~void`, kind: 'void', status: 'FINISHED', amount: null },
        ],
      },
    ],
  },
  {
    name: '16-charge-in-yen',
    about: 'A charge in a currency without decimals.',
    id: SUBSCRIPTION,
    timestamp: '2026-10-06T03:00:01.000Z',
    message: ipn('CHARGE', YEN),
    expect: [hintOf(YEN)],
    answers: [
      {
        ...ask(YEN),
        body: chargeObject(YEN, ['Captured', '20261006T030000Z'], {
          ...{ chargeAmount: price('1200.00', 'JPY'), captureAmount: price('1200', 'JPY') },
        }),
        expect: [
          { ...own(YEN), status: 'FINISHED', amount: '1200 JPY' },
          { ...captureOf(YEN), status: 'FINISHED', amount: '1200 JPY' },
        ],
      },
    ],
  },
  {
    name: '17-charge-in-an-unknown-state',
    about: 'A state that the manual does not name: kept, and nothing concluded.',
    id: SUBSCRIPTION,
    timestamp: '2026-10-06T04:00:01.000Z',
    message: ipn('CHARGE', STRANGE),
    expect: [hintOf(STRANGE)],
    answers: [
      {
        ...ask(STRANGE),
        body: chargeObject(STRANGE, ['OnHold', '20261006T040000Z']),
        expect: [{ type: 'notice', status: 'UNRECOGNIZED', reason: 'unknown_state', related: STRANGE }],
      },
    ],
  },
  {
    name: '18-charge-asked-with-an-old-key',
    about: 'The key names no environment: the path does.',
    connector: 'acme-amazon-pay-auto',
    id: SUBSCRIPTION,
    timestamp: '2026-10-06T05:00:01.000Z',
    message: ipn('CHARGE', CHARGE),
    expect: [hintOf(CHARGE)],
    answers: [
      {
        request: `GET /sandbox/v2/charges/${CHARGE}`,
        declared: { as: 'charge', id: CHARGE },
        body: chargeObject(CHARGE, ['Authorized', '20261006T050000Z']),
        expect: [{ ...own(CHARGE), status: 'FINISHED', amount: '100.00 EUR' }],
      },
    ],
  },
];

export const CHARGE_CASES: readonly SampleCase[] = [...SALE, ...ENDS];
