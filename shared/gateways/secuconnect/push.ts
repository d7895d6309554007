import type { Notification } from '#shared/model/notification.ts';
import { received, unrecognized } from '../notice.ts';
import { shownWord } from './notices.ts';
import { type Target, targetNameOfId, targetOf } from './targets.ts';
import { isId, isTree, member, type Tree, wordAt } from './tree.ts';

/** "data should be only one object" (SCdoc); more are read, up to here. */
const MAX_OBJECTS = 100;
/** A customer has an hour to finish a payment that only a push is known of. */
const HINT_MINUTES = 60;

/**
 * A push says that something happened to the objects that it names, and proves nothing ("you always need to request the
 * changed data", SCdoc "Push Service"): each becomes a hint, and the gateway is asked. What is no news of an object that
 * can be asked for is a notice.
 */
export function readPush(push: Tree): Notification[] {
  if (member(push, 'object') !== 'event.pushes') {
    return [unrecognized('not_a_push', 'The body is JSON, but no "event.pushes".')];
  }
  const type = wordAt(push, 'type');
  if (type === 'display') return [received('push_not_used', 'A push for the display of a checkout terminal.')];
  if (type !== 'changed' && type !== 'added') {
    const detail = `The push has the type ${shownWord(type)}; "changed" and "added" are known.`;
    return [unrecognized('unknown_push_type', detail)];
  }
  const data = member(push, 'data');
  const entries: readonly unknown[] = Array.isArray(data) ? data : data === undefined ? [] : [data];
  if (entries.length === 0) return [unrecognized('push_without_object', 'The push names no object in "data".')];
  return readEntries(push, entries);
}

function readEntries(push: Tree, entries: readonly unknown[]): Notification[] {
  const eventId = member(push, 'id');
  const hints = new Map<string, Notification>();
  const problems: Notification[] = [];
  if (entries.length > MAX_OBJECTS) {
    problems.push(
      unrecognized('too_many_objects', `The push names ${entries.length} objects; ${MAX_OBJECTS} are read.`),
    );
  }
  for (const entry of entries.slice(0, MAX_OBJECTS)) {
    const id = isTree(entry) ? member(entry, 'id') : undefined;
    const name = (isId(id) ? targetNameOfId(id) : undefined) ?? nameOf(push, entry);
    const target = targetOf(name);
    if (name === undefined || target === undefined || !target.pushed) {
      problems.push(unknownTarget(name, target));
    } else if (isId(id)) {
      hints.set(`${name}/${id}`, hintOf(name, target, id, isId(eventId) ? eventId : undefined));
    } else {
      problems.push(
        unrecognized(
          'unreadable_id',
          `An object of ${shownWord(name)} has no id of letters, digits and "_" (1 to 64).`,
        ),
      );
    }
  }
  // One notice a push: notices are known by the content of their callback.
  return [...hints.values(), ...problems.slice(0, 1)];
}

/** `target` says what the push is about; an entry that says it itself knows better. */
function nameOf(push: Tree, entry: unknown): string | undefined {
  return (isTree(entry) ? wordAt(entry, 'object') : undefined) ?? wordAt(push, 'target');
}

function unknownTarget(name: string | undefined, target: Target | undefined): Notification {
  if (target !== undefined) {
    return received('push_not_used', `${shownWord(name)} is made by the shop itself and not asked for on a push.`);
  }
  return unrecognized('unknown_target', `The push is about ${shownWord(name)}, which this release does not know.`);
}

function hintOf(name: string, { type }: Target, id: string, eventId: string | undefined): Notification {
  const hint = { hint: true, ask: { as: name }, anomalies: [] } as const;
  switch (type) {
    case 'transaction':
      return {
        ...{ about: 'transaction', id, status: 'PENDING', final: false, correction: 'none' },
        ...{ expiresAfterMinutes: HINT_MINUTES, fields: {}, ...hint },
      };
    case 'schedule':
      return { about: 'schedule', id, status: 'UNKNOWN', ...hint };
    case 'instrument':
      return { about: 'instrument', id, aliases: [], ...hint };
    case 'notice':
      // One notice an event: a contract that changes twice is two pieces of news.
      return {
        ...{ about: 'notice', id: eventId === undefined ? id : `${id}~${eventId}`, ask: { as: name } },
        ...{ status: 'RECEIVED', reason: 'object_changed', detail: `${shownWord(name)} ${id} has changed.` },
      };
  }
}
