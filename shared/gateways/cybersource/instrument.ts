import type { InstrumentNotification, Notification } from '#shared/model/notification.ts';
import type { TokenWord, UpdateResult } from '#shared/model/vocabulary.ts';
import { unrecognized } from '../notice.ts';
import { present } from '../present.ts';
import { shownWord } from './notice.ts';
import { isSubjectId, type PayloadReader } from './payload-reader.ts';
import { own, textOf } from './tree.ts';

type News = 'registered' | 'updated' | 'by-reason';

/** Reasons of `tms.networktoken.updated` (guide, "Network Token Life-Cycle Management"). */
const REASONS: ReadonlyMap<string, UpdateResult | 'state'> = new Map([
  ['CARD_UPDATED', 'updated'],
  ['TOKEN_UPDATED', 'updated'],
  ['METADATA_UPDATED', 'updated'],
  ['REDIGITALIZATION', 'updated'],
  ['TOKEN_EXPIRY_UPDATED', 'new_expiry'],
  ['TOKEN_STATUS_UPDATED', 'state'],
]);

/** States of a tokenized card; an expired one may be renewed, a deleted one is gone. */
const STATES: ReadonlyMap<string, TokenWord> = new Map([
  ['ACTIVE', 'active'],
  ['SUSPENDED', 'suspended'],
  ['EXPIRED', 'inactive'],
  ['DELETED', 'deactivated'],
]);

/**
 * Life-cycle news of tokens. The instrument is the instrument identifier (one per card number, and what payments name); the
 * tokenized card is an alias, and the instrument itself where no identifier is given.
 */
export function readTokenNews(
  reader: PayloadReader,
  news: News,
  gatewayTime: string | undefined,
): readonly Notification[] {
  const cards = linked(reader, '_links.tokenized-cards', '_links.tokenizedCards', '_links.tokenizedCard');
  const identifiers = linked(reader, '_links.instrumentIdentifiers', '_links.instrumentIdentifier');
  const subjects = identifiers.length > 0 ? identifiers : cards;
  const single = reader.subjectId('instrumentIdentifier.id', 'tokenizedCard.id', 'id');
  const ids = subjects.length > 0 ? subjects.map(({ id }) => id) : single === undefined ? [] : [single];
  if (ids.length === 0) return [unrecognized('missing_id', 'The payload names no token and no instrument identifier.')];
  const reason = reader.text('reason');
  const result = news === 'by-reason' ? REASONS.get(reason?.toUpperCase() ?? '') : undefined;
  if (news === 'by-reason' && result === undefined) {
    return [unrecognized('unknown_reason', `The reason is ${shownWord(reason)}, which no manual has; it is kept.`)];
  }
  return ids.map((id, index) => {
    const card = cards.length === ids.length ? cards[index] : cards[0];
    const state = card?.state ?? reader.text('state', 'tokenizedCard.state', 'instrumentIdentifier.state');
    return instrument(id, { news, result, state, card: card?.id, gatewayTime });
  });
}

interface Told {
  readonly news: News;
  readonly result: UpdateResult | 'state' | undefined;
  readonly state: string | undefined;
  readonly card: string | undefined;
  readonly gatewayTime: string | undefined;
}

function instrument(id: string, { news, result, state, card, gatewayTime }: Told): InstrumentNotification {
  const word = state === undefined ? (news === 'registered' ? 'active' : undefined) : STATES.get(state.toUpperCase());
  const isUnknown = state !== undefined && word === undefined;
  const update = result === 'state' ? undefined : (result ?? (news === 'updated' ? 'updated' : undefined));
  const day = gatewayTime?.slice(0, 10);
  return present({
    about: 'instrument' as const,
    id,
    kind: 'card' as const,
    register:
      news === 'registered' ? { status: 'FINISHED' as const, final: true, correction: 'none' as const } : undefined,
    update: update === undefined ? undefined : present({ date: day, result: update }),
    token: word === undefined ? undefined : present({ word, date: gatewayTime }),
    aliases: card === undefined || card === id ? [] : [card],
    anomalies: isUnknown ? [{ code: 'unknown_token_status' as const, field: 'state', value: state.slice(0, 64) }] : [],
  });
}

interface Linked {
  readonly id: string;
  readonly state?: string | undefined;
}

/** Things that `_links` name: a list, or one alone. */
function linked(reader: PayloadReader, ...paths: readonly string[]): readonly Linked[] {
  const value = reader.find(...paths);
  const list: readonly unknown[] = Array.isArray(value) ? value.slice(0, 50) : [value];
  return list.flatMap((link) => {
    const id = own(link, 'id');
    return isSubjectId(id) ? [{ id, state: textOf(own(link, 'state')) }] : [];
  });
}
