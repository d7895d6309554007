import type { z } from 'zod';
import type { dataSchemas } from '#shared/model/state.ts';

/** The full state after the change, with `version`, `reasons` and `changes`; `kind` tells the variants apart. */
export type EventData = {
  [Type in keyof typeof dataSchemas]: z.infer<(typeof dataSchemas)[Type]>;
}[keyof typeof dataSchemas];

/** A CloudEvents 1.0 event as a subscription receives it. Members that we do not know are kept. */
export interface PostriderEvent {
  readonly specversion: '1.0';
  /** `<connectorId>:<subject type>:<gateway id>:<version>`; the same in every repetition. */
  readonly id: string;
  /** `payment.<kind>.<what>` */
  readonly type: string;
  /** `/connectors/<connectorId>` */
  readonly source: string;
  /** `<subject type>/<gateway id>`: unique together with the connector only. */
  readonly subject: string;
  /** ISO 8601 UTC with milliseconds. */
  readonly time: string;
  readonly datacontenttype?: string;
  readonly dataschema?: string;
  /** The version as ten digits: text order is number order. */
  readonly sequence: string;
  /** The event of this subject that this subscription got before, as ten digits; zeros: none under the filters in force. */
  readonly previoussequence: string;
  /** The callback that caused it. */
  readonly causeid?: string;
  readonly data: EventData;
}

/** An event whose data may still have to be fetched: events over SQS's 1 MiB come with a link (`dataref`) in place of `data`. */
export type ReceivedEvent = Omit<PostriderEvent, 'data'> & { readonly data?: EventData; readonly dataref?: string };

/** A subject inside one connector: what is ordered. */
export interface SubjectAddress {
  readonly connectorId: string;
  /** `<subject type>/<gateway id>` */
  readonly subject: string;
}

export type EventReading =
  | { readonly ok: true; readonly event: ReceivedEvent; readonly address: SubjectAddress }
  | { readonly ok: false; readonly code: 'not_json' | 'not_an_event'; readonly detail: string };

const SOURCE = /^\/connectors\/([A-Za-z0-9._~-]{1,64})$/;
const SEQUENCE = /^\d{10}$/;
const TEXT_MEMBERS = ['id', 'type', 'source', 'subject', 'time', 'sequence', 'previoussequence'] as const;

/** Reads a message body. Total: what is no event of ours comes back as a value. */
export function parseEvent(body: string): EventReading {
  try {
    return readEvent(JSON.parse(body));
  } catch {
    return { ok: false, code: 'not_json', detail: `the body (${body.length} characters) is not JSON` };
  }
}

/**
 * Checks the envelope only, by hand, so that the package stays light. NOT checked: `data` against its JSON Schema (the
 * schemas are published for that), and members that the chain does not need.
 */
export function readEvent(value: unknown): EventReading {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return noEvent('the body is no JSON object');
  const members: Readonly<Record<string, unknown>> = { ...value };
  if (members['specversion'] !== '1.0') return noEvent(`specversion is ${shown(members['specversion'])}, not "1.0"`);
  for (const name of TEXT_MEMBERS) {
    const text = members[name];
    if (typeof text !== 'string' || text === '') return noEvent(`${name} is ${shown(text)}, not text`);
  }
  const event = members as unknown as ReceivedEvent;
  const connectorId = SOURCE.exec(event.source)?.[1];
  if (connectorId === undefined) return noEvent(`source is ${shown(event.source)}, not "/connectors/<connectorId>"`);
  for (const name of ['sequence', 'previoussequence'] as const) {
    if (!SEQUENCE.test(event[name])) return noEvent(`${name} is ${shown(event[name])}, not ten digits`);
  }
  if (event.previoussequence >= event.sequence) {
    return noEvent(`previoussequence ${event.previoussequence} is not before sequence ${event.sequence}`);
  }
  if (!hasData(members)) return noEvent('there is neither data (an object) nor dataref (a URL)');
  return { ok: true, event, address: { connectorId, subject: event.subject } };
}

function hasData(members: Readonly<Record<string, unknown>>): boolean {
  const { data, dataref } = members;
  return data === undefined ? typeof dataref === 'string' && dataref !== '' : typeof data === 'object' && data !== null;
}

function noEvent(detail: string): EventReading {
  return { ok: false, code: 'not_an_event', detail };
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : (JSON.stringify(value) ?? typeof value).slice(0, 80);
}
