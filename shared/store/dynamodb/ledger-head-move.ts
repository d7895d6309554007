import type { HeadMove } from '#shared/pipeline/relay.ts';
import { HEAD, subjectOf } from './ledger-keys.ts';

interface StreamValue {
  readonly S?: string | undefined;
  readonly N?: string | undefined;
}

type StreamImage = Readonly<Record<string, StreamValue>>;

/** What is looked at of a record of the ledger's stream, as Lambda hands it over. */
export interface LedgerStreamRecord {
  readonly eventName?: string | undefined;
  readonly dynamodb?:
    | {
        readonly Keys?: StreamImage | undefined;
        readonly OldImage?: StreamImage | undefined;
        readonly NewImage?: StreamImage | undefined;
      }
    | undefined;
}

/** Between which versions a head moved; undefined for any other row, and for a head that was removed or went nowhere. */
export function headMoveOfRecord({ eventName, dynamodb }: LedgerStreamRecord): HeadMove | undefined {
  const pk = dynamodb?.Keys?.['pk']?.S;
  if (pk === undefined || dynamodb?.Keys?.['sk']?.S !== HEAD || eventName === 'REMOVE') return undefined;
  const { NewImage: now, OldImage: before } = dynamodb;
  if (now === undefined) throw new Error(`The stream says nothing new of ${pk}: the table needs NEW_AND_OLD_IMAGES.`);
  const after = Number(before?.['version']?.N ?? 0);
  const upTo = Number(now['version']?.N);
  if (!(upTo > after)) return undefined;
  return { key: subjectOf(pk, now['id']?.S), after, upTo };
}
