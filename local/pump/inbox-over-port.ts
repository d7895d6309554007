import type { InboxRow, InboxStore } from '#shared/pipeline/ports.ts';
import type { FromPump, ToPump } from './messages.ts';

export interface InboxOverPort {
  put: InboxStore['put'];
  take(message: Extract<ToPump, { kind: 'stored' | 'not_stored' }>): void;
}

/** The pump thread may read the inbox; what it has to store goes to the HTTP thread, which owns the file. */
export function createInboxOverPort(post: (message: FromPump) => void): InboxOverPort {
  const waiting = new Map<number, PromiseWithResolvers<Awaited<ReturnType<InboxStore['put']>>>>();
  let lastId = 0;
  return {
    put(row: InboxRow) {
      lastId += 1;
      const own: PromiseWithResolvers<Awaited<ReturnType<InboxStore['put']>>> = Promise.withResolvers();
      waiting.set(lastId, own);
      post({ kind: 'store', id: lastId, row });
      return own.promise;
    },
    take(message) {
      const own = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.kind === 'stored') own?.resolve(message.outcome);
      else own?.reject(new Error(message.message));
    },
  };
}
