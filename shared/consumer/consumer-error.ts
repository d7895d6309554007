/** What can go wrong, and what to do about it. `retryable`: the message comes again and may then pass without anybody's help. */
const ERRORS = {
  not_json: { retryable: false, cure: 'Something else writes to this queue: find the sender, remove the message.' },
  not_an_event: {
    retryable: false,
    cure: 'Something else writes to this queue, or this package is too old for the sender.',
  },
  handler_failed: {
    retryable: true,
    cure: 'Read the cause. Later events of the subject wait; to skip one, return from the handler without an error.',
  },
  not_recorded: { retryable: true, cure: 'Commit the transaction that recordIn was given before the handler returns.' },
  store_failed: { retryable: true, cure: 'Read the cause: the progress store could not be read or written.' },
  api_unreachable: { retryable: true, cure: 'Check api.base and the network; missing events are read from there.' },
  api_failed: {
    retryable: true,
    cure: "Wait, or look at Postrider's own alarms: its API answered with an error of its own.",
  },
  api_unauthorized: {
    retryable: false,
    cure: 'Check api.merchantId, api.subscriptionId and api.readToken (it belongs to one subscription).',
  },
  api_refused: { retryable: false, cure: 'Check api.base and that the subscription still exists.' },
  api_unreadable: {
    retryable: true,
    cure: 'Check that api.base ends with /api/v1 and that no proxy answers in its place.',
  },
  api_incomplete: {
    retryable: true,
    cure: 'If it lasts, the API no longer has the history: set the mark with store.record(subjectKey, previoussequence) to go on without it.',
  },
  internal: { retryable: true, cure: 'A bug of this package: please report it with the cause.' },
  queue_failed: {
    retryable: true,
    cure: 'Read the cause: check the queue URL, credentials and the rights to receive, delete and change visibility.',
  },
} as const;

export type ConsumerErrorCode = keyof typeof ERRORS;

export interface ConsumerErrorDetail {
  readonly cause?: unknown;
  readonly subjectKey?: string | undefined;
  readonly eventId?: string | undefined;
  readonly messageId?: string | undefined;
}

/** One of a closed list of codes. The message holds ids and reasons, never bodies or tokens; `cause` is what was thrown. */
export class ConsumerError extends Error {
  override readonly name = 'ConsumerError';
  readonly code: ConsumerErrorCode;
  readonly retryable: boolean;
  readonly cure: string;
  readonly subjectKey: string | undefined;
  readonly eventId: string | undefined;
  readonly messageId: string | undefined;
  readonly #what: string;

  constructor(code: ConsumerErrorCode, what: string, detail: ConsumerErrorDetail = {}) {
    const { retryable, cure } = ERRORS[code];
    super(`${what}. ${cure}`, { cause: detail.cause });
    this.#what = what;
    this.code = code;
    this.retryable = retryable;
    this.cure = cure;
    this.subjectKey = detail.subjectKey;
    this.eventId = detail.eventId;
    this.messageId = detail.messageId;
  }

  /** The same error, saying more exactly what it is about; what it says already stays. */
  about(detail: ConsumerErrorDetail): ConsumerError {
    const known = { cause: this.cause, subjectKey: this.subjectKey, eventId: this.eventId, messageId: this.messageId };
    const said = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
    return new ConsumerError(this.code, this.#what, { ...detail, ...said });
  }
}

/** The text of whatever was thrown, for the message of an error that is caused by it. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
