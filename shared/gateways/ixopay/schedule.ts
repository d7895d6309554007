import type { Anomaly, ScheduleNotification } from '#shared/model/notification.ts';
import { SCHEDULE_STATUSES, type ScheduleStatus } from '#shared/model/vocabulary.ts';
import { present } from '../present.ts';
import { readDateTime } from './dates.ts';
import type { FieldReader } from './field-reader.ts';

/** `scheduleData` of postbacks and synchronous results, `schedules` of the status API. */
const LISTS = ['scheduleData', 'schedules'];

/** One notification a schedule; an object or a list, statuses in any case and spelling (wire 2.1). */
export function readSchedules(callback: FieldReader): ScheduleNotification[] {
  return LISTS.flatMap((list) => callback.objects(list)).flatMap((entry) => {
    const id = entry.subjectId('scheduleId');
    if (id === undefined) {
      if (entry.raw('scheduleId') === undefined) entry.flag('missing', 'scheduleId');
      return [];
    }
    return [readSchedule(entry.withAnomalies([]), id, 'scheduleStatus')];
  });
}

/** One schedule, its status under the name that it has where it stands. */
export function readSchedule(entry: FieldReader, id: string, statusName: string): ScheduleNotification {
  const scheduledAt = entry.text('scheduledAt');
  const at = scheduledAt === undefined ? undefined : readDateTime(scheduledAt);
  if (scheduledAt !== undefined && at === undefined) entry.flag('unreadable', 'scheduledAt', scheduledAt);
  const anomalies: readonly Anomaly[] = entry.anomalies;
  return present({
    about: 'schedule' as const,
    id,
    status: readStatus(entry, statusName),
    // When it is to be charged next, not when it changed: no gateway time (model.md 3).
    scheduledAt: at,
    metadata: entry.text('merchantMetaData'),
    anomalies,
  });
}

function readStatus(entry: FieldReader, name: string): ScheduleStatus {
  const text = entry.text(name);
  if (text === undefined) {
    if (entry.raw(name) === undefined) entry.flag('missing', name);
    return 'UNKNOWN';
  }
  const word = text.toUpperCase().replaceAll('-', '_');
  const status = SCHEDULE_STATUSES.find((known) => known === word && known !== 'UNKNOWN');
  if (status === undefined) entry.flag('unknown_schedule_status', name, text);
  return status ?? 'UNKNOWN';
}
