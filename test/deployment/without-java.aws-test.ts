import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { ensureJava } from '../../scripts/test-aws-tools.ts';
import { startDynamoDbLocal } from '../dynamodb/dynamodb-local.ts';

it('a machine without Java runs DynamoDB Local on the Java that is brought', async () => {
  const path = mkdtempSync(join(tmpdir(), 'postrider-path-'));
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  // All that PATH holds is Python.
  for (const name of ['python3', 'python']) {
    const found = folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
    if (found !== undefined) symlinkSync(found, join(path, name));
  }
  const before = process.env['POSTRIDER_TEST_JAVA'];
  try {
    const folder = join(import.meta.dirname, '..', '..', '.cache', 'test-aws');
    const java = await ensureJava({ folder, path, say: (text) => console.log(text) });
    expect(java.startsWith(folder)).toBe(true);
    process.env['POSTRIDER_TEST_JAVA'] = java;
    const { client, stop } = await startDynamoDbLocal();
    expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual([]);
    await stop();
  } finally {
    if (before === undefined) Reflect.deleteProperty(process.env, 'POSTRIDER_TEST_JAVA');
    else process.env['POSTRIDER_TEST_JAVA'] = before;
    rmSync(path, { recursive: true, force: true });
  }
});
