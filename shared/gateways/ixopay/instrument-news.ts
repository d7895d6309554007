import type { InstrumentNotification } from '#shared/model/notification.ts';
import { TOKEN_WORDS, type TokenWord, UPDATE_RESULTS, type UpdateResult } from '#shared/model/vocabulary.ts';
import { present } from '../present.ts';
import { readDateTime, readDay } from './dates.ts';
import type { FieldReader } from './field-reader.ts';

/** What extraData says about the stored instrument (wire 3: account updater, network token). */
export interface InstrumentNews {
  /** The account updater has run: whatever `result` says is not the payment's. */
  readonly cardUpdated: boolean;
  /** A notice about the network token: for its transaction only a hint. */
  readonly tokenNotice: boolean;
  /** The state of the network token stands beside the payment's own result. */
  readonly tokenStatus: boolean;
  readonly update?: NonNullable<InstrumentNotification['update']>;
  readonly token?: NonNullable<InstrumentNotification['token']>;
}

/** These say what changed about card or token, not what state the token is in. */
const TOKEN_DETAIL_RESULTS: ReadonlySet<string> = new Set([
  'pan_changed',
  'pan_expiry_changed',
  'token_expiry_changed',
]);

export function readInstrumentNews(callback: FieldReader): InstrumentNews {
  const extra = callback.object('extraData');
  if (!extra) return { cardUpdated: false, tokenNotice: false, tokenStatus: false };
  return present({
    cardUpdated: extra.raw('lastCardUpdateResult') !== undefined,
    tokenNotice:
      extra.raw('lastNetworkTokenUpdateResult') !== undefined || extra.raw('lastNetworkTokenUpdateDate') !== undefined,
    tokenStatus: extra.raw('networkTokenStatus') !== undefined,
    update: readUpdate(extra),
    token: readToken(extra),
  });
}

function readUpdate(extra: FieldReader): InstrumentNews['update'] {
  const text = extra.text('lastCardUpdateResult');
  if (text === undefined) return undefined;
  const result = updateResult(text);
  if (result === undefined) return extra.flag('unknown_card_update_result', 'lastCardUpdateResult', text);
  const dateText = extra.text('lastCardUpdateDate');
  const date = dateText === undefined ? undefined : readDay(dateText);
  if (dateText !== undefined && date === undefined) extra.flag('unreadable', 'lastCardUpdateDate', dateText);
  return present({ result, date });
}

/** `new_expiry` in callbacks, `new-expiry` in the schema of returnData: one word (wire 3). */
function updateResult(text: string): UpdateResult | undefined {
  const word = text.toLowerCase().replaceAll('-', '_');
  return UPDATE_RESULTS.find((known) => known === word);
}

function readToken(extra: FieldReader): InstrumentNews['token'] {
  const status = extra.text('networkTokenStatus');
  const result = extra.text('lastNetworkTokenUpdateResult');
  const word = status === undefined ? wordOfResult(extra, result) : tokenWord(status);
  if (word === undefined) {
    return status === undefined ? undefined : extra.flag('unknown_token_status', 'networkTokenStatus', status);
  }
  const dateText = extra.text('lastNetworkTokenUpdateDate');
  const date = dateText === undefined ? undefined : (readDateTime(dateText) ?? wholeDay(dateText));
  if (dateText !== undefined && date === undefined) extra.flag('unreadable', 'lastNetworkTokenUpdateDate', dateText);
  return present({ word, date });
}

function wordOfResult(extra: FieldReader, result: string | undefined): TokenWord | undefined {
  if (result === undefined || TOKEN_DETAIL_RESULTS.has(result.toLowerCase())) return undefined;
  return tokenWord(result) ?? extra.flag('unknown_token_status', 'lastNetworkTokenUpdateResult', result);
}

function tokenWord(text: string): TokenWord | undefined {
  const word = text.toLowerCase();
  return TOKEN_WORDS.find((known) => known === word);
}

function wholeDay(text: string): string | undefined {
  return text.length === 10 ? readDay(text) : undefined;
}
