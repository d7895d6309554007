import { randomBytes } from 'node:crypto';
import { ConditionalCheckFailedException, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import type { DynamoSend } from './dynamo-send.ts';
import { createRequestSealer } from './request-key-reader.ts';
import { createRequestKeyStore } from './request-key-store.ts';

/** One row in memory, and KMS that adds a byte. */
function house() {
  const state = { record: undefined as string | undefined, reads: 0, puts: 0, broken: false, nowMs: 0, opened: 0 };
  const send = async (command: unknown): Promise<unknown> => {
    if (state.broken) throw new Error('throttled');
    if (command instanceof GetItemCommand) {
      state.reads += 1;
      expect(command.input.Key).toEqual({ pk: { S: 'request-key' }, sk: { S: 'request-key' } });
      return state.record === undefined ? {} : { Item: { record: { S: state.record } } };
    }
    if (!(command instanceof PutItemCommand)) throw new Error('an unexpected command');
    state.puts += 1;
    expect(command.input.ConditionExpression).toBe('attribute_not_exists(pk)');
    if (state.record !== undefined) throw new ConditionalCheckFailedException({ message: 'no', $metadata: {} });
    state.record = command.input.Item?.['record']?.S;
    return {};
  };
  const client: DynamoSend = { send: send as DynamoSend['send'] };
  const clock = { now: () => new Date(state.nowMs) };
  const box = {
    seal: async (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.of(7)]),
    open: async (sealed: Uint8Array) => {
      state.opened += 1;
      return sealed.subarray(0, -1);
    },
  };
  const options = { client, table: 'registry', clock };
  return { state, sealer: () => createRequestSealer(options), store: () => createRequestKeyStore({ ...options, box }) };
}

describe('the key of kept requests', () => {
  it('is made once, whoever comes first, and what is sealed to it opens with it', async () => {
    const { state, sealer, store } = house();
    const [one, two] = [store(), store()];
    await Promise.all([one.ensure(), two.ensure()]);
    expect(state.puts).toBe(2);
    await one.ensure();
    await store().ensure();
    expect(state.puts).toBe(2);
    const bytes = randomBytes(100);
    const sealed = await sealer().seal('acme-cc-1', bytes);
    for (const opener of [one, two]) {
      expect(Buffer.from(await opener.open('acme-cc-1', sealed ?? bytes))).toEqual(bytes);
      await expect(opener.open('acme-cc-2', sealed ?? bytes)).rejects.toThrow(/cannot be opened/);
    }
    expect(state.opened).toBe(2);
    expect(state.record).not.toContain('privateKey":');
  });

  it('is read once a container; where there is none nothing is sealed, and it is asked for again after a minute', async () => {
    const { state, sealer, store } = house();
    const own = sealer();
    const bytes = Buffer.from('body');
    for (let i = 0; i < 5; i++) expect(await own.seal('c', bytes)).toBeUndefined();
    expect(state.reads).toBe(1);
    await store().ensure();
    state.nowMs = 59_999;
    expect(await own.seal('c', bytes)).toBeUndefined();
    state.nowMs = 60_000;
    const reads = state.reads;
    for (let i = 0; i < 5; i++) expect(await own.seal('c', bytes)).toBeDefined();
    expect(state.reads).toBe(reads + 1);
  });

  it('storage trouble seals nothing and troubles nobody; a broken row neither', async () => {
    const { state, sealer } = house();
    state.broken = true;
    expect(await sealer().seal('c', Buffer.from('body'))).toBeUndefined();
    state.broken = false;
    state.record = JSON.stringify({ publicKey: 'short', sealedPrivateKey: '', createdAt: '' });
    expect(await sealer().seal('c', Buffer.from('body'))).toBeUndefined();
  });

  it('without a key there is nothing to open', async () => {
    await expect(house().store().open('c', Buffer.from('x'))).rejects.toThrow(/no key for kept requests/);
  });
});
