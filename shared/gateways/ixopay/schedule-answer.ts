import type { Notification } from '#shared/model/notification.ts';
import { unrecognized } from '../notice.ts';
import { FieldReader, isSubjectId, ownField, type Tree } from './field-reader.ts';
import { readSchedule } from './schedule.ts';

/**
 * An answer of the schedule read: `{success, scheduleId, registrationUuid, oldStatus, newStatus, scheduledAt,
 * merchantMetaData}` (java-ixopay openapi.yaml getSchedule, php-ixopay JsonParser.parseScheduleResult). For a read both
 * statuses are the same; `newStatus` is the one that counts after an action.
 */
export function readScheduleAnswer(tree: Tree): Notification[] {
  const success = ownField(tree, 'success');
  if (success === false || success === 'false') {
    return [unrecognized('look_up_failed', 'The gateway refused to read the schedule: nothing is known by it.')];
  }
  const id = ownField(tree, 'scheduleId');
  if (!isSubjectId(id))
    return [unrecognized('missing_field', 'The schedule answer has no scheduleId that can be read.')];
  return [readSchedule(new FieldReader(tree, '', []), id, 'newStatus')];
}
