import { DecryptCommand, EncryptCommand, type KMSClient } from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { KEY_ID } from './fake-kms.testing.ts';
import { createKmsByteBox } from './kms-byte-box.ts';

const context = { requestKey: 'dev' };

function boxWith(answer: (command: unknown) => Promise<unknown>) {
  const client = { send: answer } as unknown as Pick<KMSClient, 'send'>;
  return createKmsByteBox({ client, keyId: KEY_ID, context, limitMs: 20 });
}

describe('bytes under KMS', () => {
  it('are encrypted and decrypted with the key and the context, and nothing else', async () => {
    const box = boxWith(async (command) => {
      if (command instanceof EncryptCommand) {
        expect(command.input).toEqual({ KeyId: KEY_ID, Plaintext: Buffer.from('half'), EncryptionContext: context });
        return { CiphertextBlob: Buffer.from('sealed') };
      }
      if (!(command instanceof DecryptCommand)) throw new Error('an unexpected command');
      expect(command.input).toEqual({
        KeyId: KEY_ID,
        CiphertextBlob: Buffer.from('sealed'),
        EncryptionContext: context,
      });
      return { Plaintext: Buffer.from('half') };
    });
    const sealed = await box.seal(Buffer.from('half'));
    expect(Buffer.from(await box.open(sealed)).toString()).toBe('half');
  });

  it('reject in time and in the words of KmsTrouble', async () => {
    const hanging = boxWith(() => new Promise(() => undefined));
    await expect(hanging.seal(Buffer.of(1))).rejects.toMatchObject({ name: 'KmsTrouble', code: 'unavailable' });
    const wrong = boxWith(() => Promise.reject(Object.assign(new Error('x'), { name: 'InvalidCiphertextException' })));
    await expect(wrong.open(Buffer.of(1))).rejects.toMatchObject({ name: 'KmsTrouble', code: 'wrong_text' });
    const empty = boxWith(async () => ({}));
    await expect(empty.seal(Buffer.of(1))).rejects.toMatchObject({ code: 'refused' });
    await expect(empty.open(Buffer.of(1))).rejects.toMatchObject({ code: 'refused' });
  });
});
