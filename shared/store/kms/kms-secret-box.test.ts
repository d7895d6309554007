import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CREDENTIALS, type FakeKms, KEY_ID, REGION, refusal, startFakeKms } from './fake-kms.testing.ts';
import { createKmsDecrypt } from './kms-decrypt.ts';
import { createKmsSecretBox } from './kms-secret-box.ts';
import { createKmsSecretOpener, SecretNotOpened } from './kms-secret-opener.ts';

const VALUES = { sharedSecret: 'correct horse é💳', password: '' };

let kms: FakeKms;
beforeEach(async () => {
  kms = await startFakeKms();
});
afterEach(() => kms.close());

const box = (limitMs?: number) =>
  createKmsSecretBox({ client: kms.client, keyId: KEY_ID, randomBytes, ...(limitMs === undefined ? {} : { limitMs }) });
const opener = () =>
  createKmsSecretOpener({
    decrypt: createKmsDecrypt({ region: REGION, credentials: CREDENTIALS, endpoint: kms.endpoint }),
  });

describe.each([
  ['box', () => box()],
  ['opener', () => opener()],
])('the %s', (_, make) => {
  it('opens what was sealed, for its connector', async () => {
    const sealed = await box().seal('c1', VALUES);
    expect(sealed).toMatch(/^kms1(\.[A-Za-z0-9_-]+){3}$/);
    expect(await make().open('c1', sealed)).toEqual(VALUES);
    expect(kms.requests.map(({ action, signed }) => [action, signed])).toEqual([
      ['GenerateDataKey', true],
      ['Decrypt', true],
    ]);
  });

  it('asks KMS with the connector as context and nothing of the values', async () => {
    await make().open('c1', await box().seal('c1', VALUES));
    const [generate, decrypt] = kms.requests.map(({ body }) => body);
    expect(generate).toEqual({ KeyId: KEY_ID, KeySpec: 'AES_256', EncryptionContext: { connectorId: 'c1' } });
    expect(decrypt).toEqual({
      CiphertextBlob: expect.any(String),
      EncryptionContext: { connectorId: 'c1' },
    });
  });

  it('opens for no other connector, also where KMS itself would not look at the context', async () => {
    const sealed = await box().seal('c1', VALUES);
    await expect(make().open('c2', sealed)).rejects.toThrow(SecretNotOpened);
    const [key = Buffer.alloc(0)] = kms.dataKeys;
    kms.next.push({ status: 200, body: JSON.stringify({ Plaintext: key.toString('base64') }) });
    await expect(make().open('c2', sealed)).rejects.toThrow(SecretNotOpened);
  });

  it('throws wherever a character was changed, a part is missing or the format is another', async () => {
    const sealed = await box().seal('c1', VALUES);
    const places = [0, 3, 4, 5, 60, sealed.lastIndexOf('.') - 1, sealed.lastIndexOf('.') + 1, sealed.length - 1];
    for (const place of places) {
      const other = sealed[place] === 'A' ? 'B' : 'A';
      const changed = `${sealed.slice(0, place)}${other}${sealed.slice(place + 1)}`;
      await expect(make().open('c1', changed), `character ${place}`).rejects.toThrow(SecretNotOpened);
    }
    const [, ...parts] = sealed.split('.');
    for (const text of ['', 'kms1', 'kms1...', `v1.${parts.slice(1).join('.')}`, `${sealed}.AA`, `${sealed}=`]) {
      await expect(make().open('c1', text), text).rejects.toThrow(SecretNotOpened);
    }
  });

  it('says of no failure what the key or the values are', async () => {
    const sealed = await box().seal('c1', VALUES);
    const key = kms.dataKeys[0]?.toString('base64') ?? '';
    const cut = `${sealed.slice(0, -8)}AAAAAAAA`;
    const answers = [`{"Plaintext":"${key}"`, `{"Plaintext":"${key.slice(0, 20)}"}`, `{"Plaintext":"${key}"}`];
    for (const body of answers) {
      kms.next.push({ status: 200, body }, { status: 200, body }, { status: 200, body });
      const error: unknown = await make()
        .open('c1', cut)
        .catch((thrown) => thrown);
      expect(error).toBeInstanceOf(Error);
      const said = inspect(error, { depth: 9 });
      expect(said).not.toContain(key.slice(0, 12));
      expect(said).not.toContain('horse');
      kms.next.length = 0;
    }
  });

  it('says what an operator has to put right', async () => {
    const sealed = await box().seal('c1', VALUES);
    kms.next.push(refusal(400, 'AccessDeniedException'));
    await expect(make().open('c1', sealed)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('KMS Decrypt: AccessDeniedException. Check that the key'),
    });
    expect(kms.requests).toHaveLength(2);
  });
});

describe('the box', () => {
  it('seals the same values differently each time, each under a key of its own', async () => {
    const sealed = await Promise.all([box().seal('c1', VALUES), box().seal('c1', VALUES)]);
    expect(new Set(sealed).size).toBe(2);
    expect(kms.dataKeys).toHaveLength(2);
  });

  it('rejects within its limit where KMS never answers or answers without end', async () => {
    const sealed = await box().seal('c1', VALUES);
    kms.next.push('hang', 'hang', 'trickle');
    const unavailable = { code: 'unavailable', message: expect.stringContaining('no answer within 60 ms') };
    await expect(box(60).seal('c1', VALUES)).rejects.toMatchObject(unavailable);
    await expect(box(60).open('c1', sealed)).rejects.toMatchObject(unavailable);
    await expect(box(60).open('c1', sealed)).rejects.toMatchObject(unavailable);
  });

  it('rejects where KMS is gone', async () => {
    await kms.close();
    await expect(box().seal('c1', VALUES)).rejects.toMatchObject({ code: 'unavailable' });
    kms = await startFakeKms();
  });
});
