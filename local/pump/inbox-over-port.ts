import type { InboxRow, InboxStore, RefusedStore } from '#shared/pipeline/ports.ts';
import type { FromPump, RefusedList, ToPump } from './messages.ts';

type Reply = Extract<ToPump, { kind: 'stored' | 'refused_list' | 'refused_kept' | 'not_done' }>;

export interface InboxOverPort {
  put: InboxStore['put'];
  listRefused(connectorId: string | undefined): Promise<RefusedList>;
  keptRefused: RefusedStore['kept'];
  take(reply: Reply): void;
}

/** The pump thread may read the inbox; what it has to store goes to the HTTP thread, which owns the file. */
export function createInboxOverPort(post: (message: FromPump) => void): InboxOverPort {
  const waiting = new Map<number, PromiseWithResolvers<Reply>>();
  let lastId = 0;

  function ask(make: (id: number) => FromPump): Promise<Reply> {
    lastId += 1;
    const own = Promise.withResolvers<Reply>();
    waiting.set(lastId, own);
    post(make(lastId));
    return own.promise;
  }

  return {
    async put(row: InboxRow) {
      const reply = await ask((id) => ({ kind: 'store', id, row }));
      if (reply.kind === 'stored') return reply.outcome;
      throw new Error(
        `callback ${row.callbackId} was not stored: ${reply.kind === 'not_done' ? reply.message : reply.kind}`,
      );
    },
    async listRefused(connectorId) {
      const reply = await ask((id) => ({ kind: 'list_refused', id, connectorId }));
      if (reply.kind === 'refused_list') return reply.list;
      throw new Error(`refused samples were not listed: ${reply.kind === 'not_done' ? reply.message : reply.kind}`);
    },
    async keptRefused(connectorId, n) {
      const reply = await ask((id) => ({ kind: 'kept_refused', id, connectorId, n }));
      if (reply.kind === 'refused_kept') return reply.kept;
      throw new Error(`refused sample ${n} was not read: ${reply.kind === 'not_done' ? reply.message : reply.kind}`);
    },
    take(reply) {
      waiting.get(reply.id)?.resolve(reply);
      waiting.delete(reply.id);
    },
  };
}
