import type { Gateway, RemoteTools } from '#shared/gateways/gateway.ts';
import type { Clock, DeliveryStore, InboxStore, LedgerStore, RefusedStore } from '#shared/pipeline/ports.ts';
import type { AuditLog } from '#shared/registry/audit-log.ts';
import type { QueueDirectory } from '#shared/registry/queue-choice.ts';
import type { RegistryStore, SecretBox } from '#shared/registry/records.ts';
import type { Authentication } from './authentication.ts';
import type { ExportLimit } from './export-page.ts';
import type { Provisioning } from './provisioning.ts';
import type { RateLimits } from './rate-limit.ts';

/** All that the admin API needs; it runs wherever these can be given. */
export interface AdminDeps {
  readonly registry: RegistryStore & AuditLog;
  readonly ledger: LedgerStore;
  readonly inbox: InboxStore;
  readonly refused: Pick<RefusedStore, 'list' | 'kept'>;
  readonly delivery: DeliveryStore;
  readonly secrets: SecretBox;
  readonly gateways: Readonly<Record<string, Gateway>>;
  /** Certificates and the gateways' own word, to judge a callback again; left out: neither can be had. */
  readonly remote?: () => Promise<RemoteTools>;
  readonly provisioning: Provisioning;
  readonly queues: QueueDirectory;
  readonly clock: Clock;
  /** base64url text of that many random bytes. */
  readonly randomToken: (bytes: number) => string;
  readonly authentication: Authentication;
  /** How much each caller may ask. */
  readonly rateLimits: RateLimits;
  /** Public URL that callback URLs begin with. */
  readonly callbackBase: string;
  /** URL of this API, `…/api/v1`: JSON Schemas are named under it. */
  readonly schemaBase: string;
  /** Absent: NDJSON and CSV lists come whole, however long. Given: in pages, each naming the next (`Link`). */
  readonly exportLimit?: ExportLimit;
  /** 0 in the embedded home, 60,000 on AWS. */
  readonly activationDelayMs: number;
  readonly progress: () => Promise<{ readonly unapplied: number; readonly unpublished: number }>;
  /** Called after each write and before its answer; `id` of a subscription is `<merchantId>/<subscriptionId>`. */
  readonly registryChanged: (kind: RegistryKind, id: string) => Promise<void>;
  /** Told of what was answered with 503: storage trouble or a bug. */
  readonly trouble?: (error: unknown, operationId: string) => void;
}

export type RegistryKind = 'merchant' | 'connector' | 'subscription';
