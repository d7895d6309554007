import type { NoticeNotification } from '#shared/model/notification.ts';
import { unrecognized } from '../notice.ts';

/** An object of the API in a state that the manual does not name. */
export function unknownState(as: string, state: unknown, id: string): NoticeNotification {
  const detail = `The state of the ${as} is ${shownWord(state)}, which is none that is known: nothing is concluded from it.`;
  return unrecognized('unknown_state', detail, id);
}

/** A word of a closed list as it came, when it looks like one; anything else stays out of details. */
export function shownWord(value: unknown): string {
  return typeof value === 'string' && /^[A-Za-z_-]{1,40}$/.test(value) ? `"${value}"` : 'another value';
}
