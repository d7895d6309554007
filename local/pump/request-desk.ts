import type { AdminRequest, AdminResponse } from '#shared/http/admin-request.ts';
import type { FromPump, ToPump } from './messages.ts';

export interface RequestDeskDeps {
  readonly admin: (request: AdminRequest) => Promise<AdminResponse>;
  /** Never rejects; ends early when the signal fires. */
  readonly sqs: (
    action: string,
    body: string,
    signal: AbortSignal,
  ) => Promise<{ readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }>;
  readonly post: (message: FromPump) => void;
}

export interface RequestDesk {
  take(message: Extract<ToPump, { kind: 'admin' | 'sqs' | 'pull' | 'abort' }>): void;
  /** Resolves when nothing is under way any more; streamed answers are broken off. */
  close(): Promise<void>;
}

interface UnderWay {
  readonly gone: AbortController;
  parts?: AsyncIterator<string>;
}

/** The pump thread's end of requests: answers them as they come, without one waiting for another. */
export function createRequestDesk(deps: RequestDeskDeps): RequestDesk {
  const underWay = new Map<number, UnderWay>();
  let empty = Promise.withResolvers<void>();

  function leave(id: number): void {
    underWay.delete(id);
    if (underWay.size === 0) empty.resolve();
  }

  async function answerAdmin(id: number, own: UnderWay, request: AdminRequest): Promise<void> {
    const { status, headers, body } = await deps.admin(request);
    if (typeof body === 'string' || body instanceof Uint8Array) {
      deps.post({ kind: 'answer', id, status, headers, body });
      return leave(id);
    }
    own.parts = body[Symbol.asyncIterator]();
    deps.post({ kind: 'answer', id, status, headers, body: null });
    if (own.gone.signal.aborted) abandon(id, own);
  }

  async function answerSqs(id: number, own: UnderWay, action: string, body: string): Promise<void> {
    const answer = await deps.sqs(action, body, own.gone.signal);
    deps.post({ kind: 'answer', id, ...answer });
    leave(id);
  }

  async function nextPart(id: number, parts: AsyncIterator<string>): Promise<void> {
    const next = await parts.next();
    if (next.done !== true) return deps.post({ kind: 'part', id, text: next.value });
    deps.post({ kind: 'end', id });
    leave(id);
  }

  function abandon(id: number, own: UnderWay): void {
    own.gone.abort();
    if (own.parts === undefined) return;
    own.parts.return?.().catch(() => undefined);
    leave(id);
  }

  function run(id: number, work: Promise<void>): void {
    work.catch((error: unknown) => {
      deps.post({ kind: 'broken', id, message: String(error) });
      leave(id);
    });
  }

  return {
    take(message) {
      const { id } = message;
      if (message.kind === 'admin' || message.kind === 'sqs') {
        const own: UnderWay = { gone: new AbortController() };
        underWay.set(id, own);
        run(
          id,
          message.kind === 'admin'
            ? answerAdmin(id, own, message.request)
            : answerSqs(id, own, message.action, message.body),
        );
        return;
      }
      const own = underWay.get(id);
      if (own === undefined) return;
      if (message.kind === 'abort') abandon(id, own);
      else if (own.parts !== undefined) run(id, nextPart(id, own.parts));
    },
    async close() {
      if (underWay.size === 0) return;
      empty = Promise.withResolvers();
      for (const [id, own] of underWay) abandon(id, own);
      if (underWay.size > 0) await empty.promise;
    },
  };
}
