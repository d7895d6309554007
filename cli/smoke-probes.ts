import type { Writing } from './smoke-callback.ts';
import type { StoredCallback } from './smoke-canary.ts';

/** One way of writing a callback that something between the gateway and us might change. */
export interface Probe {
  readonly title: string;
  readonly writing: Writing;
  /** What an accepted one shows. */
  readonly shows: (stored: StoredCallback) => string;
}

const PROXY_DATE = 'Thu, 01 Jan 1970 00:00:00 GMT';

const dateRead = ({ verdict }: StoredCallback): string => `the signed date was read from ${String(verdict['date'])}`;

const pathRead = ({ verdict, path, rawQuery }: StoredCallback): string =>
  `handed over as ${path}${rawQuery === '' ? '' : `?${rawQuery}`}, signed URI read as ${String(verdict['path'])}`;

export const PROBES: readonly Probe[] = [
  { title: 'query ?x=a%20b', writing: { suffix: '?x=a%20b' }, shows: pathRead },
  { title: 'trailing slash', writing: { suffix: '/' }, shows: pathRead },
  {
    title: 'Basic beside X-Signature',
    writing: { headers: { Authorization: `Basic ${Buffer.from('canary:canary').toString('base64')}` } },
    shows: () => 'Basic in Authorization is in nobody’s way',
  },
  {
    title: 'XML, signature in Authorization',
    writing: { form: 'xml' },
    shows: () => 'Authorization came through as sent',
  },
  { title: 'Date … UTC', writing: { zone: 'UTC' }, shows: dateRead },
  { title: 'Date … GMT', writing: { zone: 'GMT' }, shows: dateRead },
  { title: 'X-Date without Date', writing: { dateHeader: 'X-Date' }, shows: dateRead },
  {
    title: 'signed X-Date, another Date',
    writing: { dateHeader: 'X-Date', headers: { Date: PROXY_DATE } },
    shows: dateRead,
  },
];

/** Genuine and unreadable: it makes a notice `unrecognized`, which an operator's alarm may be set on. */
export const NOT_UTF8: Probe = {
  title: 'a body that is not UTF-8',
  writing: { name: Buffer.of(0xe9, 0xff) },
  shows: () => 'stored byte for byte',
};
