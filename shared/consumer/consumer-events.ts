import { type ConsumerError, reasonOf } from './consumer-error.ts';
import type { PostriderEvent, ReceivedEvent } from './event.ts';

/** What `on` can listen to. */
export interface ConsumerEvents {
  /** Nobody listening: written as a process warning. The consumer goes on in any case. */
  error: [error: ConsumerError];
  /** `from`: its own message, or the API, to fill a gap. */
  handled: [event: PostriderEvent, from: 'queue' | 'api'];
  /** `stale`: at or before the mark; `elsewhere`: another consumer committed it at that moment. */
  dropped: [event: ReceivedEvent, why: 'stale' | 'elsewhere'];
  /** A receive brought nothing. */
  empty: [];
  stopped: [];
}

export type Listener<Name extends keyof ConsumerEvents> = (...args: ConsumerEvents[Name]) => void;
type Listeners = { readonly [Name in keyof ConsumerEvents]: Set<Listener<Name>> };

export interface ConsumerEmitter {
  on<Name extends keyof ConsumerEvents>(name: Name, listener: Listener<Name>): void;
  emit<Name extends keyof ConsumerEvents>(name: Name, ...args: ConsumerEvents[Name]): void;
}

/**
 * Not node:events: there an `error` that nobody listens to, or a listener that throws, would stop the consumer. Both are
 * process warnings here.
 */
export function consumerEmitter(warn: (message: string, code: string) => void): ConsumerEmitter {
  const listeners: Listeners = {
    error: new Set(),
    handled: new Set(),
    dropped: new Set(),
    empty: new Set(),
    stopped: new Set(),
  };
  listeners.error.add((error) => {
    if (listeners.error.size === 1) warn(error.message, error.code);
  });
  return {
    on: (name, listener) => {
      listeners[name].add(listener);
    },
    emit: (name, ...args) => {
      for (const listener of listeners[name]) {
        try {
          listener(...args);
        } catch (thrown) {
          warn(`A listener of "${name}" threw: ${reasonOf(thrown)}`, 'listener_failed');
        }
      }
    },
  };
}
