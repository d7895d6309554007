import type { AdminRequest } from '#shared/http/admin-request.ts';
import type { InboxRow, KeptRefusal, RefusedStore } from '#shared/pipeline/ports.ts';

export type RefusedList = Awaited<ReturnType<RefusedStore['list']>>;

/** How the two threads of the embedded home speak (DESIGN.md "Two homes"). Messages of one direction keep their order. */
export type ToPump =
  /** The first one: the inbox file is there, the other files may be opened. */
  | { readonly kind: 'start'; readonly settings: PumpSettings }
  /** The inbox has new rows. */
  | { readonly kind: 'wake' }
  | { readonly kind: 'admin'; readonly id: number; readonly request: AdminRequest }
  | { readonly kind: 'sqs'; readonly id: number; readonly action: string; readonly body: string }
  /** The client took the last part of a streamed body: make the next. */
  | { readonly kind: 'pull'; readonly id: number }
  /** The client has gone. */
  | { readonly kind: 'abort'; readonly id: number }
  /** Answers to `store`, `list_refused` and `kept_refused`. */
  | { readonly kind: 'stored'; readonly id: number; readonly outcome: 'stored' | 'duplicate' | 'other_body' }
  | { readonly kind: 'refused_list'; readonly id: number; readonly list: RefusedList }
  | { readonly kind: 'refused_kept'; readonly id: number; readonly kept: KeptRefusal | undefined }
  | { readonly kind: 'not_done'; readonly id: number; readonly message: string }
  | { readonly kind: 'stop' };

export type FromPump =
  /** All files are open and recovered; requests may come. */
  | { readonly kind: 'ready' }
  /** `body` null: parts follow, one for each `pull`. */
  | {
      readonly kind: 'answer';
      readonly id: number;
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string | Uint8Array | null;
    }
  | { readonly kind: 'part'; readonly id: number; readonly text: string }
  | { readonly kind: 'end'; readonly id: number }
  /** The rest cannot be made: break the connection off. */
  | { readonly kind: 'broken'; readonly id: number; readonly message: string }
  /** A merchant's report enters the inbox, which belongs to the HTTP thread. */
  | { readonly kind: 'store'; readonly id: number; readonly row: InboxRow }
  | { readonly kind: 'list_refused'; readonly id: number; readonly connectorId: string | undefined }
  | { readonly kind: 'kept_refused'; readonly id: number; readonly connectorId: string; readonly n: number }
  /** Comes before the answer of the request that changed it. */
  | { readonly kind: 'connector_changed'; readonly connectorId: string }
  | { readonly kind: 'trouble'; readonly message: string }
  /** Everything is committed and closed. */
  | { readonly kind: 'stopped' };

/** What the pump thread is told when it starts. */
export interface PumpSettings {
  readonly dataFolder: string;
  readonly keyFile: string;
  /** `http://127.0.0.1:8788`: queue URLs begin with it. */
  readonly sqsEndpoint: string;
  /** Public URL that callback URLs begin with. */
  readonly callbackBase: string;
  /** `…/api/v1`. */
  readonly apiBase: string;
  readonly operatorTokenSha256: string;
  /** Version of the code, kept with `failed` rows. */
  readonly release: string;
  /** `host:port` of the demo's stand-in for gateways' APIs. */
  readonly standIn?: string | undefined;
  /** Non-zero while a wake-up is on its way: of many commits only the first sends one. */
  readonly wakePending: SharedArrayBuffer;
}
