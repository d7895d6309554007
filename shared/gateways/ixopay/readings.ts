import type { Readings as AnyReadings } from '../gateway.ts';
import type { SignatureForm } from './signature-header.ts';

/** Settings that allow a reading other than the literal one; each can be switched off per connector. */
export const READING_SWITCHES = [
  'acceptMd5',
  'acceptCanonicalContentType',
  'acceptXDate',
  'acceptReceivedPath',
] as const;
export type ReadingSwitch = (typeof READING_SWITCHES)[number];

type Readings = Required<Pick<AnyReadings, 'contentType' | 'date' | 'path'>>;

export type BodyHash = 'sha512' | 'md5';

/** One way to read the request that may have been signed. */
export interface Candidate {
  readonly bodyHash: BodyHash;
  readonly contentType: string;
  readonly date: string;
  readonly uri: string;
  readonly readings: Readings;
  /** What must be switched on for this reading to count. */
  readonly needs: readonly ReadingSwitch[];
}

export interface SignedParts {
  readonly form: SignatureForm;
  readonly contentType: string | undefined;
  readonly date: string | undefined;
  /** API Gateway may rename `Date` on its way to a function (wire 1.6): the same header under another name. */
  readonly remappedDate: string | undefined;
  readonly xDate: string | undefined;
  /** Path of the registered URL and path as received. */
  readonly registeredPath: string;
  readonly receivedPath: string;
  readonly rawQuery: string;
}

const CANONICAL: Readonly<Record<SignatureForm, string>> = {
  json: 'application/json; charset=utf-8',
  xml: 'text/xml; charset=utf-8',
};

interface Option<Name> {
  readonly text: string;
  readonly name: Name;
  readonly needs?: ReadingSwitch;
}

/** All readings worth trying, the most literal first and made only as far as they are asked for; no two sign the same text. */
export function* candidateReadings(parts: SignedParts): Generator<Candidate, void> {
  const contentTypes = contentTypeOptions(parts);
  const dates = dateOptions(parts);
  for (const bodyHash of ['sha512', 'md5'] as const) {
    const hashNeeds = bodyHash === 'md5' ? ('acceptMd5' as const) : undefined;
    for (const path of pathOptions(parts)) {
      for (const date of dates) {
        for (const contentType of contentTypes) {
          yield {
            bodyHash,
            contentType: contentType.text,
            date: date.text,
            uri: path.text,
            readings: { contentType: contentType.name, date: date.name, path: path.name },
            needs: [hashNeeds, contentType.needs, date.needs, path.needs].filter((need) => need !== undefined),
          };
        }
      }
    }
  }
}

/**
 * The official client signs with the constant of its format, the docs with the received value (wire 1.4): proxies that
 * rewrite case or spacing are covered by the constant, and for XML by the lower case that the Java signer uses.
 */
function contentTypeOptions(parts: SignedParts): Option<Readings['contentType']>[] {
  const needs = 'acceptCanonicalContentType';
  const received = parts.contentType;
  const options: Option<Readings['contentType']>[] = [];
  if (received !== undefined) options.push({ text: received, name: 'received' });
  options.push({ text: CANONICAL[parts.form], name: 'canonical', needs });
  if (received !== undefined && parts.form === 'xml') {
    options.push({ text: received.toLowerCase(), name: 'canonical', needs });
  }
  return distinct(options);
}

/** PHP uses Date first and X-Date when Date is missing (wire 1.5); a proxy may also have replaced Date. */
function dateOptions(parts: SignedParts): Option<Readings['date']>[] {
  const options: Option<Readings['date']>[] = [];
  if (parts.date) options.push({ text: parts.date, name: 'Date' });
  if (parts.remappedDate) options.push({ text: parts.remappedDate, name: 'Date' });
  if (parts.xDate) options.push({ text: parts.xDate, name: 'X-Date', needs: 'acceptXDate' });
  return distinct(options);
}

function pathOptions(parts: SignedParts): Option<Readings['path']>[] {
  const slash = parts.receivedPath.endsWith('/') && !parts.registeredPath.endsWith('/') ? '/' : '';
  const query = parts.rawQuery === '' ? '' : `?${parts.rawQuery}`;
  return distinct([
    { text: parts.registeredPath + slash + query, name: 'registered' },
    { text: parts.receivedPath + query, name: 'received', needs: 'acceptReceivedPath' },
  ]);
}

/** A line feed inside a part would shift the parts of the signed string: such a text is no reading of it. */
function distinct<Name>(options: readonly Option<Name>[]): Option<Name>[] {
  const seen = new Set<string>();
  return options.filter(({ text }) => {
    if (text.includes('\n') || seen.has(text)) return false;
    seen.add(text);
    return true;
  });
}
