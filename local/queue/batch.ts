import { contentBytes, type SendEntry } from './message-content.ts';
import { done, type Outcome, type QueueError, refused } from './outcome.ts';
import { MAXIMUM_MESSAGE_BYTES } from './queue-attributes.ts';

const MAXIMUM_ENTRIES = 10;
const ENTRY_ID = /^[A-Za-z0-9_-]{1,80}$/;

/** The checks that refuse a batch as a whole. */
export function checkBatch(entries: readonly { readonly Id: string }[]): Outcome<null> {
  if (entries.length === 0) {
    return refused('EmptyBatchRequest', 'There should be at least one entry in the request.');
  }
  if (entries.length > MAXIMUM_ENTRIES) {
    return refused(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${MAXIMUM_ENTRIES}. You have sent ${entries.length}.`,
    );
  }
  const seen = new Set<string>();
  for (const { Id } of entries) {
    if (!ENTRY_ID.test(Id)) {
      return refused(
        'InvalidBatchEntryId',
        'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
      );
    }
    if (seen.has(Id)) {
      return refused('BatchEntryIdsNotDistinct', `Id ${Id} repeated.`);
    }
    seen.add(Id);
  }
  return done(null);
}

/** All messages of a batch together may not be larger than one message. */
export function checkBatchSize(entries: readonly SendEntry[]): Outcome<null> {
  const bytes = entries.reduce((sum, entry) => sum + contentBytes(entry), 0);
  return bytes <= MAXIMUM_MESSAGE_BYTES
    ? done(null)
    : refused(
        'BatchRequestTooLong',
        `Batch requests cannot be longer than ${MAXIMUM_MESSAGE_BYTES} bytes. You have sent ${bytes} bytes.`,
      );
}

/** SQS's answer to a batch: what went well and what did not, by entry id. */
export function batchAnswer<T>(
  entries: readonly { readonly Id: string }[],
  outcomes: readonly Outcome<T>[],
  successful: (value: T) => Record<string, unknown>,
): Record<string, unknown> {
  const answer: { Successful: unknown[]; Failed: unknown[] } = { Successful: [], Failed: [] };
  for (const [index, { Id }] of entries.entries()) {
    const outcome = outcomes[index];
    if (outcome?.ok) {
      answer.Successful.push({ Id, ...successful(outcome.value) });
    } else if (outcome !== undefined) {
      answer.Failed.push({ Id, ...failed(outcome.error) });
    }
  }
  return answer.Failed.length === 0 ? { Successful: answer.Successful } : { ...answer };
}

function failed(error: QueueError): Record<string, unknown> {
  return { SenderFault: true, Code: error.code, Message: error.message };
}
