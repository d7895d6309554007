import { eventId, type PostriderEvent, sequenceOf } from '#shared/model/event.ts';
import { entryInForce, matchesFilter } from '#shared/model/subscription-filter.ts';
import type { FilterEntry } from '#shared/registry/records.ts';
import type { PastVersion } from './ports.ts';

type PublishedVersion = PastVersion & { readonly type: string };

/** True if the version is an event: it changed the state of a subject whose kind is known. */
export function isPublished(row: PastVersion): row is PublishedVersion {
  return row.type !== null;
}

/**
 * The event of a version as a subscription receives it, or undefined where the version is quiet or the entry of the
 * filter history in force at the version's own time does not want it (model.md 5). `previoussequence` is the last
 * version of the subject that the same entry wanted, else zeros.
 */
export function eventFor(
  row: PastVersion,
  entries: readonly FilterEntry[],
  schemaBase: string,
): PostriderEvent | undefined {
  if (!isPublished(row)) return undefined;
  const entry = entryInForce(entries, row.time);
  if (entry === undefined || !matchesFilter(entry.filter, traits(row, row.type))) return undefined;
  const previous = Object.entries(row.lastByType)
    .filter(([type, last]) => last.time >= entry.from && matchesFilter(entry.filter, traits(row, type)))
    .reduce((latest, [, last]) => Math.max(latest, last.version), 0);
  return publishedEvent(row, previous, schemaBase);
}

/** The event of a published version: id, type, time and data as stored; `previous` is the version before it in its list, 0 for none. */
export function publishedEvent(row: PublishedVersion, previous: number, schemaBase: string): PostriderEvent {
  const { key } = row;
  return {
    specversion: '1.0',
    id: eventId(key, row.version),
    type: row.type,
    source: `/connectors/${key.connectorId}`,
    subject: `${key.type}/${key.id}`,
    time: row.time,
    datacontenttype: 'application/json',
    dataschema: `${schemaBase}/schemas/${key.type}/1.json`,
    sequence: sequenceOf(row.version),
    previoussequence: sequenceOf(previous),
    causeid: row.causeId,
    data: row.data,
  };
}

function traits(row: PastVersion, type: string) {
  return { type, connectorId: row.key.connectorId, mode: row.mode };
}
