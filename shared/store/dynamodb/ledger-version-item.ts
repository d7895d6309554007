import { createHash } from 'node:crypto';
import type { Evidence } from '#shared/model/fact.ts';
import type { SubjectKey } from '#shared/model/vocabulary.ts';
import type { HistoryLine, PastVersion, VersionRow } from '#shared/pipeline/ports.ts';
import { VERSION_DICTIONARY_1 } from './dictionary-version-1.ts';
import { type Item, partSk, subjectPk, versionSk } from './ledger-keys.ts';
import { pack, unpack } from './packing.ts';

/** DynamoDB takes 409,600 bytes an item; the longest keys, names and causing callback need less than what is left. */
const MOST_CONTENT_BYTES = 400_000;

/** What of a version is packed: the rest stands in its keys or beside it. The order is the dictionary's. */
type Content = Omit<VersionRow, 'key' | 'version' | 'causeId' | 'evidence'> & {
  /** Absent: too large, in parts of its own. */
  readonly evidence?: Evidence;
};

/** Reads the bytes that were split over part rows; `reference` as in the row that counts. */
export type ReadParts = (reference: string) => Promise<Uint8Array>;

/**
 * The row of a version, and the part rows to be put before it where it does not fit one item. Then evidence lies in parts,
 * so that the relay and lists, which need none, do not read it; published data only where it alone is too large.
 */
export function versionItems(row: VersionRow): { readonly row: Item; readonly parts: readonly Item[] } {
  const { key, version, time, merchantId, gateway, mode, evidence, type, data, cause, lastByType } = row;
  const around = {
    pk: { S: subjectPk(key) },
    sk: { S: versionSk(version) },
    cause: { S: row.causeId },
    ...(type === null && { quiet: { BOOL: true } }),
  };
  const whole = packed({ time, merchantId, gateway, mode, evidence, type, data, cause, lastByType });
  if (whole.length <= MOST_CONTENT_BYTES) return { row: { ...around, content: { B: whole } }, parts: [] };
  const evidenceParts = split(key, packed(evidence));
  const past = packed({ time, merchantId, gateway, mode, type, data, cause, lastByType });
  const evidenceIn = { S: evidenceParts.reference };
  if (past.length <= MOST_CONTENT_BYTES) {
    return { row: { ...around, content: { B: past }, evidenceIn }, parts: evidenceParts.items };
  }
  const pastParts = split(key, past);
  return {
    row: { ...around, contentIn: { S: pastParts.reference }, evidenceIn },
    parts: [...evidenceParts.items, ...pastParts.items],
  };
}

/** A version as stored, its evidence with it. */
export async function versionOf(key: SubjectKey, item: Item, readParts: ReadParts): Promise<VersionRow> {
  const { evidence, ...content } = await contentOf(item, readParts);
  const reference = item['evidenceIn']?.S;
  const found = evidence ?? (reference === undefined ? undefined : unpacked(await readParts(reference)));
  if (found === undefined) throw new Error(`A version of ${subjectPk(key)} is stored without evidence.`);
  return { ...named(key, item), ...content, evidence: found as Evidence };
}

/** A version as published. */
export async function pastVersionOf(key: SubjectKey, item: Item, readParts: ReadParts): Promise<PastVersion> {
  const { evidence: _, ...content } = await contentOf(item, readParts);
  return { ...named(key, item), ...content };
}

/** What a version row says without being unpacked. */
export function versionLine(item: Item): HistoryLine {
  return {
    callbackId: item['cause']?.S ?? '',
    version: numberOf(item),
    outcome: item['quiet']?.BOOL === true ? 'quiet' : 'changed',
  };
}

export function numberOf(item: Item): number {
  return Number(item['sk']?.S?.slice('v#'.length));
}

/** `<digest>:<number of parts>` and the part rows. */
function split(key: SubjectKey, bytes: Uint8Array): { readonly reference: string; readonly items: readonly Item[] } {
  const digest = createHash('sha256').update(bytes).digest('base64url');
  const items: Item[] = [];
  for (let at = 0; at < bytes.length; at += MOST_CONTENT_BYTES) {
    const part = bytes.subarray(at, at + MOST_CONTENT_BYTES);
    items.push({ pk: { S: subjectPk(key) }, sk: { S: partSk(digest, items.length + 1) }, bytes: { B: part } });
  }
  return { reference: `${digest}:${items.length}`, items };
}

/** The bytes behind a reference, out of the part rows in their order. @throws where parts are missing or damaged. */
export function joinParts(reference: string, items: readonly Item[]): Uint8Array {
  const { digest, count } = readReference(reference);
  const bytes = Buffer.concat(items.map((item) => item['bytes']?.B ?? new Uint8Array()));
  if (items.length !== count || createHash('sha256').update(bytes).digest('base64url') !== digest) {
    throw new Error(`${items.length} of the ${count} parts of ${digest} were read, or they are damaged.`);
  }
  return bytes;
}

export function readReference(reference: string): { readonly digest: string; readonly count: number } {
  const [digest = '', count = ''] = reference.split(':');
  return { digest, count: Number(count) };
}

async function contentOf(item: Item, readParts: ReadParts): Promise<Content> {
  const reference = item['contentIn']?.S;
  const bytes = reference === undefined ? item['content']?.B : await readParts(reference);
  if (bytes === undefined) throw new Error(`The version row ${item['pk']?.S} ${item['sk']?.S} has no content.`);
  return unpacked(bytes) as Content;
}

function named(key: SubjectKey, item: Item): Pick<VersionRow, 'key' | 'version' | 'causeId'> {
  return { key, version: numberOf(item), causeId: item['cause']?.S ?? '' };
}

function packed(value: unknown): Uint8Array {
  return pack(JSON.stringify(value), VERSION_DICTIONARY_1);
}

function unpacked(bytes: Uint8Array): unknown {
  return JSON.parse(unpack(bytes, [VERSION_DICTIONARY_1]).toString('utf8'));
}
