import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openKeyFile } from './key-file.ts';
import { makePrivateFile, PrivateFileError } from './private-file.ts';
import { openTokenFile } from './token-file.ts';

let folder: string;
const file = () => join(folder, 'secret');
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postrider-key-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('openKeyFile', () => {
  it('makes a key of 32 random bytes for its owner only, and leaves nothing else behind', () => {
    openKeyFile(file());
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readFileSync(file()).byteLength).toBe(32);
    expect(readdirSync(folder)).toEqual(['secret']);
    const first = readFileSync(file());
    openKeyFile(file());
    expect(readFileSync(file())).toEqual(first);
    openKeyFile(join(folder, 'other'));
    expect(readFileSync(join(folder, 'other'))).not.toEqual(first);
  });

  it('opens what it sealed, also after a restart, and never seals the same text twice alike', async () => {
    const values = { sharedSecret: 'qJ3v', password: 'ü"\\\n💳', empty: '' };
    const one = await openKeyFile(file()).seal('acme-cc-1', values);
    const two = await openKeyFile(file()).seal('acme-cc-1', values);
    expect(one).not.toBe(two);
    expect(one).toMatch(/^v1\./);
    expect(one).not.toContain('qJ3v');
    expect(await openKeyFile(file()).open('acme-cc-1', one)).toEqual(values);
    expect(await openKeyFile(file()).open('acme-cc-1', two)).toEqual(values);
  });

  it('opens nothing for another connector or under another key', async () => {
    const sealed = await openKeyFile(file()).seal('acme-cc-1', { a: 'b' });
    await expect(openKeyFile(file()).open('acme-cc-2', sealed)).rejects.toThrow(/acme-cc-2 cannot be opened/);
    await expect(openKeyFile(join(folder, 'other')).open('acme-cc-1', sealed)).rejects.toThrow(/cannot be opened/);
  });

  it('flipping any one character of a sealed secret is refused', async () => {
    const box = openKeyFile(file());
    const sealed = await box.seal('acme-cc-1', { a: 'b' });
    for (let i = 0; i < sealed.length; i++) {
      for (const other of ['A', 'B', '.', '=', ' ']) {
        const changed = sealed.slice(0, i) + other + sealed.slice(i + 1);
        if (changed !== sealed)
          await expect(box.open('acme-cc-1', changed), changed).rejects.toThrow(/cannot be opened/);
      }
      await expect(box.open('acme-cc-1', sealed.slice(0, i))).rejects.toThrow(/cannot be opened/);
    }
  });

  it('refuses any other text in the same words, without the text', async () => {
    const box = openKeyFile(file());
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        await expect(box.open('acme-cc-1', text)).rejects.toThrow(/^The sealed secret of connector acme-cc-1 cannot/);
      }),
    );
  });

  it.each([0, 31, 33, 64])('refuses a key file of %d bytes', (bytes) => {
    writeFileSync(file(), Buffer.alloc(bytes, 1), { mode: 0o600 });
    expect(() => openKeyFile(file())).toThrow(new RegExp(`holds ${bytes} bytes, not a key of 32`));
  });

  it.each([0o644, 0o640, 0o602, 0o660])('refuses a key file of mode %o and says how to close it', (mode) => {
    openKeyFile(file());
    chmodSync(file(), mode);
    expect(() => openKeyFile(file())).toThrow(PrivateFileError);
    expect(() => openKeyFile(file())).toThrow(`chmod 600 ${file()}`);
  });

  it('never replaces a key that is there', () => {
    openKeyFile(file());
    const key = readFileSync(file());
    expect(() => makePrivateFile(file(), Buffer.alloc(32))).toThrow(/EEXIST/);
    expect(readFileSync(file())).toEqual(key);
    expect(readdirSync(folder)).toEqual(['secret']);
  });
});

describe('requests of refused callbacks', () => {
  it('open for their connector and key only, whatever bytes they hold, and never look alike', () => {
    const { requests } = openKeyFile(file());
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const sealed = requests.seal('acme-cc-1', bytes);
        expect(Buffer.from(requests.open('acme-cc-1', sealed))).toEqual(Buffer.from(bytes));
        expect(sealed).not.toEqual(requests.seal('acme-cc-1', bytes));
        expect(() => requests.open('acme-cc-2', sealed)).toThrow(/acme-cc-2 cannot be opened/);
      }),
    );
    const sealed = requests.seal('acme-cc-1', Buffer.from('body'));
    expect(Buffer.from(sealed).includes('body')).toBe(false);
    expect(() => openKeyFile(join(folder, 'other')).requests.open('acme-cc-1', sealed)).toThrow(/another key file/);
    for (let i = 0; i < sealed.length; i++) {
      const changed = sealed.map((byte, at) => (at === i ? byte ^ 1 : byte));
      expect(() => requests.open('acme-cc-1', changed), `byte ${i}`).toThrow(/cannot be opened/);
      expect(() => requests.open('acme-cc-1', sealed.subarray(0, i))).toThrow(/cannot be opened/);
    }
  });

  it('are not secrets, nor secrets requests: each is bound to what it is', async () => {
    const box = openKeyFile(file());
    const sealed = Buffer.from(box.requests.seal('acme-cc-1', Buffer.from('{"a":"b"}'))).subarray(1);
    const asSecret = `v1.${sealed.subarray(0, 12).toString('base64url')}.${sealed.subarray(12).toString('base64url')}`;
    await expect(box.open('acme-cc-1', asSecret)).rejects.toThrow(/cannot be opened/);
  });
});

describe('openTokenFile', () => {
  it('makes the bare token and a newline, for its owner only, and gives the same again', () => {
    const token = openTokenFile(file());
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(readFileSync(file(), 'utf8')).toBe(`${token}\n`);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(openTokenFile(file())).toBe(token);
  });

  it.each(['\n', '\r\n', ''])('takes a token of the operator that ends in %j', (end) => {
    writeFileSync(file(), `my-own-token-0123456789${end}`, { mode: 0o600 });
    expect(openTokenFile(file())).toBe('my-own-token-0123456789');
  });

  it.each(['', '\n', 'short\n', 'two words of a token\n', 'one-line-0123456789\nanother\n', 'ünicode-0123456789\n'])(
    'refuses %j',
    (content) => {
      writeFileSync(file(), content, { mode: 0o600 });
      expect(() => openTokenFile(file())).toThrow(/holds no operator token/);
    },
  );

  it('refuses a file that others can read', () => {
    openTokenFile(file());
    chmodSync(file(), 0o644);
    expect(() => openTokenFile(file())).toThrow(/has mode 0644.*chmod 600/);
  });
});
