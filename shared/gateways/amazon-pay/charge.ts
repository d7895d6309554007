import type { Notification, TransactionNotification } from '#shared/model/notification.ts';
import { DUE_MINUTES } from './due.ts';
import { unknownState } from './notice.ts';
import { type ApiObject, readPrice } from './read-object.ts';
import { errorOf } from './reasons.ts';

/** What a state says of the authorization and of the capture that was made of it (wire facts 4.4). */
const STATES: ReadonlyMap<string, (charge: Charge) => TransactionNotification[]> = new Map([
  ['authorizationinitiated', (charge: Charge) => [pending(charge)]],
  ['pending', (charge) => [pending(charge)]],
  ['authorized', (charge) => [authorized(charge, false)]],
  ['captureinitiated', (charge) => [authorized(charge, false), capture(charge, 'PENDING')]],
  ['captured', (charge) => [authorized(charge, true), capture(charge, 'FINISHED')]],
  // The prose of the manual.
  ['completed', (charge) => [authorized(charge, true), capture(charge, 'FINISHED')]],
  ['declined', declined],
  ['canceled', canceled],
]);

interface Charge {
  readonly id: string;
  readonly object: ApiObject;
  /** What all notifications of one answer have in common. */
  readonly common: Pick<
    TransactionNotification,
    'about' | 'correction' | 'gatewayTime' | 'testMode' | 'expiresAfterMinutes'
  >;
}

/**
 * A charge is one object for an authorization and its capture: the charge's own subject is the authorization, the capture
 * is `<id>~capture`, the end without one `<id>~void` (model.md 2).
 */
export function readCharge(id: string, object: ApiObject): Notification[] {
  const { gatewayTime, testMode } = object;
  const read = typeof object.state === 'string' ? STATES.get(object.state.toLowerCase()) : undefined;
  if (read === undefined) return [unknownState('charge', object.state, id)];
  return read({
    id,
    object,
    common: {
      ...{ about: 'transaction', correction: 'none', expiresAfterMinutes: DUE_MINUTES.charge },
      ...(gatewayTime !== undefined && { gatewayTime }),
      ...(testMode !== undefined && { testMode }),
    },
  });
}

function own(
  { id, object, common }: Charge,
  said: Pick<TransactionNotification, 'status' | 'final' | 'pendingReason' | 'cancelled'>,
): TransactionNotification {
  const { amount, anomalies } = readPrice(object.members, 'chargeAmount');
  return {
    ...{ ...common, id, kind: 'preauthorize', ...said },
    ...(amount !== undefined && { amount }),
    fields: { ...object.references, ...(said.status === 'ERROR' && { error: errorOf(object, 'charge') }) },
    anomalies: [...object.anomalies, ...anomalies],
  };
}

function pending(charge: Charge): TransactionNotification {
  return own(charge, { status: 'PENDING', final: false, pendingReason: 'async' });
}

function authorized(charge: Charge, final: boolean): TransactionNotification {
  return own(charge, { status: 'FINISHED', final });
}

function capture({ id, object, common }: Charge, status: 'PENDING' | 'FINISHED'): TransactionNotification {
  const { amount, money, anomalies } = readPrice(object.members, 'captureAmount');
  // Before it is done, 0.00 may stand there: that is no amount of a capture.
  const known = status === 'FINISHED' || money?.minor !== 0;
  return {
    ...{ ...common, id: `${id}~capture`, kind: 'capture', status, final: status === 'FINISHED' },
    ...(status === 'PENDING' && { pendingReason: 'async' }),
    original: { id, link: 'reference' },
    ...(known && amount !== undefined && { amount }),
    fields: object.references,
    anomalies,
  };
}

/**
 * Either the authorization or, after it, the capture was declined: the answer does not say which. So the claim ends an
 * authorization that was never seen to succeed, and leaves one that was; and it ends a capture that was seen to begin.
 * Without kind and link the latter is no capture where there never was one: such a subject is published to nobody.
 */
function declined(charge: Charge): TransactionNotification[] {
  const { id, object, common } = charge;
  const ended: TransactionNotification = {
    ...{ ...common, id: `${id}~capture`, status: 'ERROR', final: true },
    fields: { ...object.references, error: errorOf(object, 'charge') },
    anomalies: [],
  };
  return [own(charge, { status: 'ERROR', final: true, cancelled: true }), ended];
}

/**
 * Canceled by somebody or expired: ends an authorization that was never seen to succeed, and is shown with one that was.
 * Only what was authorized can expire unused ("Charge", reason codes), so that this says both.
 */
function canceled(charge: Charge): TransactionNotification[] {
  const { id, object, common } = charge;
  const voided: TransactionNotification = {
    ...{ ...common, id: `${id}~void`, kind: 'void', status: 'FINISHED', final: true },
    // Without an amount: all that was authorized.
    original: { id, link: 'reference' },
    fields: object.references,
    anomalies: [],
  };
  const claim = own(charge, { status: 'ERROR', final: true, cancelled: true });
  return object.reasonCode === 'ExpiredUnused' ? [claim, authorized(charge, true), voided] : [claim, voided];
}
