import { integerAt, member, type Tree, treeAt, wordAt } from './tree.ts';

/** Where a payment stands: the gateway's simple status in words of ours. */
export type Phase =
  | 'waiting'
  | 'held'
  | 'accepted'
  | 'authorized'
  | 'shipment'
  | 'denied'
  | 'issue'
  | 'resolved'
  | 'voided'
  | 'refunding'
  | 'registered'
  | 'unregistered';

/** `status_simple` (SCdoc "Check Status and Amount of a Payment"; 0 and 8 from the official PHP consumer's enum). */
const PHASES: ReadonlyMap<number, Phase> = new Map<number, Phase>([
  [0, 'waiting'],
  [1, 'accepted'],
  [2, 'authorized'],
  [3, 'denied'],
  [4, 'issue'],
  [5, 'voided'],
  [6, 'resolved'],
  [7, 'refunding'],
  [8, 'waiting'],
  [9, 'accepted'],
  [10, 'waiting'],
  [11, 'registered'],
  [12, 'unregistered'],
  [13, 'held'],
  [14, 'shipment'],
  [15, 'registered'],
  [16, 'unregistered'],
]);

/** The old format says it in words, in the spelling of `status_simple_text`. */
const WORDS: ReadonlyMap<string, number> = new Map([
  ['proceed', 0],
  ['accepted', 1],
  ['authorized', 2],
  ['denied', 3],
  ['issue', 4],
  ['void', 5],
  ['issue resolved', 6],
  ['refund', 7],
  ['created', 8],
  ['paid', 9],
  ['pending', 10],
  ['subscription approved', 11],
  ['subscription declined', 12],
  ['on hold', 13],
  ['waiting for shipment', 14],
  ['container authorized', 15],
  ['container denied', 16],
]);

/** Internal status numbers that the manual and its samples explain; the many others say nothing here. */
const INTERNAL: ReadonlyMap<number, number> = new Map([
  [1, 0],
  [6, 1],
  [9, 2],
  [17, 1],
  [25, 2],
  [85, 14],
  [115, 11],
]);

/** Prepayment that waits for the transfer ("Vorkasse wartend"). */
const PREPAYMENT_WAITING = 25;

export interface PhaseReading {
  /** Undefined: a status that none of the manual's tables has. */
  readonly phase: Phase | undefined;
  /** As the gateway has it, for people. */
  readonly shown: string;
}

/** `details.status_simple` first, then the same of other objects, the words of the old format, the internal number. */
export function readPhase(object: Tree): PhaseReading {
  const simple = simpleStatus(object);
  if (simple !== undefined) return { phase: PHASES.get(simple), shown: `status_simple ${simple}` };
  const word = wordAt(object, 'status') ?? wordAt(object, 'simple_status_description');
  const ofWord = word === undefined ? undefined : WORDS.get(spelled(word));
  if (ofWord !== undefined) return { phase: PHASES.get(ofWord), shown: `status ${spelled(word ?? '')}` };
  const internal = internalStatus(object);
  const ofInternal = internal === undefined ? undefined : INTERNAL.get(internal);
  return {
    phase: ofInternal === undefined ? undefined : PHASES.get(ofInternal),
    shown: internal === undefined ? 'no status' : `status ${internal}`,
  };
}

/** Whether the object waits for a transfer, whatever its product is called. */
export function waitsForTransfer(object: Tree): boolean {
  return internalStatus(object) === PREPAYMENT_WAITING;
}

/** The English text of the simple status, where there is one. */
export function phaseText(object: Tree): string | undefined {
  return wordAt(treeAt(object, 'details'), 'status_simple_text') ?? wordAt(object, 'simple_status_description');
}

function simpleStatus(object: Tree): number | undefined {
  const details = treeAt(object, 'details');
  if (member(details, 'status_simple') !== undefined) return integerAt(details, 'status_simple') ?? Number.NaN;
  return integerAt(object, 'status_simple') ?? integerAt(object, 'simple_status_id');
}

function internalStatus(object: Tree): number | undefined {
  return (
    integerAt(object, 'transaction_status') ??
    integerAt(object, 'trans_status_id') ??
    integerAt(treeAt(object, 'details'), 'status') ??
    integerAt(object, 'status')
  );
}

function spelled(word: string): string {
  return word.toLowerCase().replaceAll(/[_-]+/g, ' ').replaceAll('authorised', 'authorized').trim();
}
