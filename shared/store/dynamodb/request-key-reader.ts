import type { Clock, RequestSealer } from '#shared/pipeline/ports.ts';
import { type SealingKey, sealingKeyOf, sealTo } from '#shared/store/sealed-request/seal.ts';
import type { DynamoSend } from './dynamo-send.ts';
import { getRecord, type RowKey } from './registry-get.ts';

/** The environment's key pair for requests of refused callbacks: a row of the registry table, made once. */
export interface RequestKeyRow {
  /** base64url, 32 bytes. */
  readonly publicKey: string;
  /** base64url: as KMS encrypted it, under a context that `receive` may not use. */
  readonly sealedPrivateKey: string;
  readonly createdAt: string;
}

export const REQUEST_KEY: RowKey = { pk: 'request-key', sk: 'request-key' };

/** How long a missing key is not asked for again. */
const ASK_AGAIN_MS = 60_000;

export interface RequestSealerOptions {
  readonly client: DynamoSend;
  /** The registry table. */
  readonly table: string;
  readonly clock: Clock;
}

/**
 * Seals to the environment's public key: one GetItem a container, at its first refusal. Without a key, and where it cannot
 * be read, nothing is sealed. Never rejects.
 */
export function createRequestSealer({ client, table, clock }: RequestSealerOptions): RequestSealer {
  let key: Promise<SealingKey | undefined> | undefined;
  let askedAtMs = 0;

  async function read(): Promise<SealingKey | undefined> {
    try {
      const row = await getRecord<RequestKeyRow>(client, table, REQUEST_KEY);
      return row === undefined ? undefined : sealingKeyOf(Buffer.from(row.publicKey, 'base64url'));
    } catch {
      // Storage trouble: whoever takes callbacks in meets it too and says so.
      return undefined;
    }
  }

  return {
    async seal(connectorId, bytes) {
      const nowMs = clock.now().getTime();
      const found = await key;
      if (found === undefined && (key === undefined || nowMs - askedAtMs >= ASK_AGAIN_MS)) {
        askedAtMs = nowMs;
        key = read();
      }
      const sealingKey = found ?? (await key);
      return sealingKey === undefined ? undefined : sealTo(sealingKey, connectorId, bytes);
    },
  };
}
