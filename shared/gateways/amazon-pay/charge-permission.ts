import type { Notification, ScheduleNotification, TransactionNotification } from '#shared/model/notification.ts';
import type { ScheduleStatus, TransactionStatus } from '#shared/model/vocabulary.ts';
import { DUE_MINUTES } from './due.ts';
import { unknownState } from './notice.ts';
import type { ApiObject } from './read-object.ts';

interface PermissionState {
  readonly status: TransactionStatus;
  readonly final: boolean;
  /** Of the schedule that a recurring permission also is. */
  readonly schedule: ScheduleStatus;
}

/** Wire facts 4.4. */
const STATES: ReadonlyMap<string, PermissionState> = new Map<string, PermissionState>([
  ['chargeable', { status: 'FINISHED', final: false, schedule: 'ACTIVE' }],
  ['nonchargeable', { status: 'PENDING', final: false, schedule: 'PAUSED' }],
  ['closed', { status: 'FINISHED', final: true, schedule: 'CANCELLED' }],
]);

/** The buyer's consent to be charged: an order that moves no money of its own, and a schedule where it is for more than once. */
export function readChargePermission(id: string, object: ApiObject): Notification[] {
  const { members, gatewayTime, testMode } = object;
  const state = typeof object.state === 'string' ? STATES.get(object.state.toLowerCase()) : undefined;
  if (state === undefined) return [unknownState('chargePermission', object.state, id)];
  const times = {
    ...(gatewayTime !== undefined && { gatewayTime }),
    ...(testMode !== undefined && { testMode }),
  };
  const order: TransactionNotification = {
    ...{ about: 'transaction', id, kind: 'order', status: state.status, final: state.final, correction: 'none' },
    ...(state.status === 'PENDING' && { pendingReason: 'async' }),
    expiresAfterMinutes: DUE_MINUTES.chargePermission,
    ...times,
    fields: object.references,
    anomalies: object.anomalies,
  };
  if (String(members.get('chargepermissiontype')).toLowerCase() !== 'recurring') return [order];
  const { metadata } = object.references;
  const schedule: ScheduleNotification = {
    ...{ about: 'schedule', id, status: state.schedule, ...times },
    ...(metadata !== undefined && { metadata }),
    anomalies: [],
  };
  return [order, schedule];
}
