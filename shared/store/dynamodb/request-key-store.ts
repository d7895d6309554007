import { ConditionalCheckFailedException, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Clock, RequestOpener } from '#shared/pipeline/ports.ts';
import { type KeyPair, makeKeyPair, openSealed } from '#shared/store/sealed-request/open.ts';
import type { DynamoSend } from './dynamo-send.ts';
import { getRecord, keyItem } from './registry-get.ts';
import { REQUEST_KEY, type RequestKeyRow } from './request-key-reader.ts';

/** Encrypts and decrypts a few bytes under KMS, with a context of its own (kms-byte-box.ts). */
export interface ByteBox {
  seal(bytes: Uint8Array): Promise<Uint8Array>;
  open(sealed: Uint8Array): Promise<Uint8Array>;
}

export interface RequestKeyStoreOptions {
  readonly client: DynamoSend;
  /** The registry table. */
  readonly table: string;
  readonly box: ByteBox;
  readonly clock: Clock;
}

export interface RequestKeyStore extends RequestOpener {
  /** Makes the key pair where there is none. Of two at the same moment one makes it. */
  ensure(): Promise<void>;
}

/**
 * The admin's half: makes the environment's key pair and opens what `receive` sealed to it. The private half is opened
 * once a container and kept in its memory. Rejects as DynamoDB and KMS do, and with RequestNotOpened.
 */
export function createRequestKeyStore(options: RequestKeyStoreOptions): RequestKeyStore {
  const { client, table, box, clock } = options;
  const read = () => getRecord<RequestKeyRow>(client, table, REQUEST_KEY);
  let pair: KeyPair | undefined;
  let isThere = false;

  async function put(row: RequestKeyRow): Promise<void> {
    const Item = { ...keyItem(REQUEST_KEY), record: { S: JSON.stringify(row) } };
    try {
      await client.send(
        new PutItemCommand({ TableName: table, Item, ConditionExpression: 'attribute_not_exists(pk)' }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  async function keyPair(): Promise<KeyPair> {
    if (pair !== undefined) return pair;
    const row = await read();
    if (row === undefined) throw new Error('There is no key for kept requests: whoever sealed them had another table.');
    const privateKey = await box.open(Buffer.from(row.sealedPrivateKey, 'base64url'));
    pair = { publicKey: Buffer.from(row.publicKey, 'base64url'), privateKey };
    return pair;
  }

  return {
    async ensure() {
      if (isThere) return;
      if ((await read()) === undefined) {
        const { publicKey, privateKey } = makeKeyPair();
        const sealed = await box.seal(privateKey);
        await put({
          publicKey: base64url(publicKey),
          sealedPrivateKey: base64url(sealed),
          createdAt: clock.now().toISOString(),
        });
      }
      isThere = true;
    },
    open: async (connectorId, sealed) => openSealed(await keyPair(), connectorId, sealed),
  };
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}
