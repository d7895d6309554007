import { chainStep, reaches, versionAfter } from './chain.ts';
import { ConsumerError, reasonOf } from './consumer-error.ts';
import type { PostriderEvent, ReceivedEvent, SubjectAddress } from './event.ts';
import type { EventsApi } from './events-api.ts';
import { type Handler, type Handling, handleEvent } from './handle-event.ts';
import type { ProgressStore } from './progress-store.ts';

export interface ConsumerPorts<Transaction> {
  readonly store: ProgressStore<Transaction>;
  readonly api: EventsApi;
  readonly handler: Handler<Transaction>;
  /** True: begin no further event. */
  readonly isStopping: () => boolean;
  readonly notify: Notify;
}

/** Told as it happens; must not throw. */
export interface Notify {
  /** `from` the queue, or read from the API to fill a gap. */
  handled(event: PostriderEvent, from: 'queue' | 'api'): void;
  /** Not handled again: `stale` is at or before the mark, `elsewhere` was committed by another consumer at that moment. */
  dropped(event: ReceivedEvent, why: 'stale' | 'elsewhere'): void;
  error(error: ConsumerError): void;
}

/** How far a subject's events of one batch got: the first `done` of them are finished with; `error`: why not all are. */
export interface SubjectOutcome {
  readonly done: number;
  readonly error?: ConsumerError;
}

/**
 * Handles the events of one subject, which are sorted by sequence, one after another, and fills gaps from the API. Stops
 * at the first that cannot be handled: its successors must not overtake it. Never rejects.
 */
export async function handleSubject<Transaction>(
  address: SubjectAddress,
  subjectKey: string,
  events: readonly ReceivedEvent[],
  ports: ConsumerPorts<Transaction>,
): Promise<SubjectOutcome> {
  let done = 0;
  try {
    const subject = new SubjectProgress(address, subjectKey, ports);
    await subject.readMark();
    for (const event of events) {
      if (!(await subject.advanceTo(event))) break;
      done += 1;
    }
    return { done };
  } catch (error) {
    return { done, error: asConsumerError(error, subjectKey) };
  }
}

/** The mark of one subject while a batch of its events is handled. Rejects with a {@link ConsumerError}. */
class SubjectProgress<Transaction> {
  readonly #address: SubjectAddress;
  readonly #subjectKey: string;
  readonly #ports: ConsumerPorts<Transaction>;
  #mark: string | undefined;

  constructor(address: SubjectAddress, subjectKey: string, ports: ConsumerPorts<Transaction>) {
    this.#address = address;
    this.#subjectKey = subjectKey;
    this.#ports = ports;
  }

  async readMark(): Promise<void> {
    const { store } = this.#ports;
    try {
      this.#mark = await store.exclusively(() => store.last(this.#subjectKey));
    } catch (cause) {
      throw new ConsumerError('store_failed', `The mark of ${this.#subjectKey} could not be read: ${reasonOf(cause)}`, {
        cause,
        subjectKey: this.#subjectKey,
      });
    }
  }

  /** False: the consumer is stopping, and the event was not begun. */
  async advanceTo(event: ReceivedEvent): Promise<boolean> {
    if (chainStep(this.#mark, event) === 'ask' && !(await this.#fillUpTo(event))) return false;
    if (chainStep(this.#mark, event) === 'stale') {
      this.#ports.notify.dropped(event, 'stale');
      return true;
    }
    return this.#handle(event, 'queue');
  }

  async #fillUpTo(event: ReceivedEvent): Promise<boolean> {
    if (this.#ports.isStopping()) return false;
    for await (const missed of this.#ports.api.eventsFrom(this.#address, versionAfter(this.#mark))) {
      if (missed.sequence >= event.sequence) break;
      if (chainStep(this.#mark, missed) === 'stale') continue;
      this.#refuseHole(missed);
      if (!(await this.#handle(missed, 'api'))) return false;
    }
    this.#refuseHole(event);
    return true;
  }

  #refuseHole(event: ReceivedEvent): void {
    if (reaches(this.#mark, event)) return;
    const what = `Event ${event.id} follows ${event.previoussequence}, which the API does not give after ${this.#mark ?? 'the beginning'}`;
    throw new ConsumerError('api_incomplete', what, { subjectKey: this.#subjectKey, eventId: event.id });
  }

  async #handle(received: ReceivedEvent, from: 'queue' | 'api'): Promise<boolean> {
    const { notify, isStopping } = this.#ports;
    if (isStopping()) return false;
    const event = await this.#withData(received);
    const handling = await this.#handleAlone(event);
    if (handling === undefined) return false;
    if (handling.outcome === 'failed') throw handling.error;
    if (handling.outcome === 'handled') {
      this.#mark = event.sequence;
      notify.handled(event, from);
    } else {
      notify.dropped(event, 'elsewhere');
      await this.readMark();
    }
    return true;
  }

  /**
   * Where the store keeps other processes from the subject, one of them may have handled the event while this one waited.
   * Undefined: the consumer is stopping.
   */
  async #handleAlone(event: PostriderEvent): Promise<Handling | undefined> {
    const { store, handler, isStopping } = this.#ports;
    const work = async (): Promise<Handling | undefined> => {
      const mark = await store.last(this.#subjectKey);
      if (mark !== undefined && mark >= event.sequence) return { outcome: 'elsewhere' };
      return isStopping() ? undefined : handleEvent(event, this.#subjectKey, store, handler);
    };
    try {
      return await store.exclusively(work, this.#subjectKey);
    } catch (cause) {
      throw new ConsumerError('store_failed', `Event ${event.id}: the progress store failed: ${reasonOf(cause)}`, {
        cause,
        subjectKey: this.#subjectKey,
        eventId: event.id,
      });
    }
  }

  /**
   * An event that comes with a link has its data in the API. It is read there by its version, not by the link: the read
   * token then goes to no address but `api.base`, which may differ from the name that the sender has for it.
   */
  async #withData(event: ReceivedEvent): Promise<PostriderEvent> {
    if (event.data !== undefined) return { ...event, data: event.data };
    for await (const { id, data } of this.#ports.api.eventsFrom(this.#address, Number(event.sequence), 1)) {
      if (id === event.id && data !== undefined) return { ...event, data };
      break;
    }
    throw new ConsumerError('api_incomplete', `The API does not give the data of event ${event.id}`, {
      subjectKey: this.#subjectKey,
      eventId: event.id,
    });
  }
}

function asConsumerError(error: unknown, subjectKey: string): ConsumerError {
  if (error instanceof ConsumerError) return error.about({ subjectKey });
  return new ConsumerError('internal', `Subject ${subjectKey}: ${reasonOf(error)}`, { cause: error, subjectKey });
}
