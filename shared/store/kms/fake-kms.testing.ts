import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KMSClient } from '@aws-sdk/client-kms';

export const REGION = 'eu-central-1';
export const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI', sessionToken: 'session-1' };
export const KEY_ID = 'arn:aws:kms:eu-central-1:000000000000:key/secrets';

export interface FakeKms {
  readonly endpoint: string;
  readonly client: KMSClient;
  /** Every request, by its action. */
  readonly requests: { readonly action: string; readonly signed: boolean; readonly body: Record<string, unknown> }[];
  /** Data keys that were made, to look for them where they must not be. */
  readonly dataKeys: Buffer[];
  /** Answers to give before the true ones; `hang` never answers, `cut` closes the connection, `trickle` never ends. */
  readonly next: (Answer | 'hang' | 'cut' | 'trickle')[];
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

export const refusal = (status: number, type: string): Answer => ({
  status,
  body: JSON.stringify({ __type: type, message: 'no' }),
});

/** GenerateDataKey and Decrypt as KMS documents them, on a free port: the context is bound, signatures are checked. */
export async function startFakeKms(): Promise<FakeKms> {
  const requests: FakeKms['requests'] = [];
  const dataKeys: Buffer[] = [];
  const next: FakeKms['next'] = [];
  const masterKey = randomBytes(32);
  const server = createServer(async (request, response) => {
    const text = await bodyOf(request);
    const body = JSON.parse(text) as Record<string, unknown>;
    const action = String(request.headers['x-amz-target']).replace('TrentService.', '');
    requests.push({ action, signed: isSigned(request, text), body });
    const planned = next.shift();
    if (planned === 'hang') return;
    if (planned === 'cut') {
      request.socket.destroy();
      return;
    }
    if (planned === 'trickle') {
      response.writeHead(200);
      const timer = setInterval(() => response.write(' '), 5);
      response.on('close', () => clearInterval(timer));
      return;
    }
    const answer = planned ?? answerTo(action, body, masterKey, dataKeys);
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new KMSClient({ endpoint, region: REGION, credentials: CREDENTIALS });
  const close = async () => {
    client.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { endpoint, client, requests, dataKeys, next, close };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function answerTo(action: string, body: Record<string, unknown>, masterKey: Buffer, dataKeys: Buffer[]): Answer {
  const context = Buffer.from(JSON.stringify(body['EncryptionContext']));
  if (action === 'GenerateDataKey') {
    const key = randomBytes(32);
    dataKeys.push(key);
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', masterKey, nonce).setAAD(context);
    const blob = Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
    const answer = { KeyId: KEY_ID, Plaintext: key.toString('base64'), CiphertextBlob: blob.toString('base64') };
    return { status: 200, body: JSON.stringify(answer) };
  }
  const blob = Buffer.from(String(body['CiphertextBlob']), 'base64');
  try {
    const decipher = createDecipheriv('aes-256-gcm', masterKey, blob.subarray(0, 12), { authTagLength: 16 })
      .setAAD(context)
      .setAuthTag(blob.subarray(-16));
    const key = Buffer.concat([decipher.update(blob.subarray(12, -16)), decipher.final()]);
    return { status: 200, body: JSON.stringify({ KeyId: KEY_ID, Plaintext: key.toString('base64') }) };
  } catch {
    return refusal(400, 'InvalidCiphertextException');
  }
}

/** Signature Version 4 worked out anew from its manual, for POST / without a query. */
function isSigned(request: IncomingMessage, body: string): boolean {
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8}\/[^/]+\/kms\/aws4_request), ?SignedHeaders=([^,]+), ?Signature=(\w+)$/;
  const [, id, scope = '', names = '', given] = pattern.exec(String(request.headers.authorization)) ?? [];
  const headers = names.split(';').map((name) => `${name}:${String(request.headers[name]).trim()}\n`);
  const canonical = `POST\n/\n\n${headers.join('')}\n${names}\n${sha256(body)}`;
  const date = String(request.headers['x-amz-date']);
  const key = scope
    .split('/')
    .reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${CREDENTIALS.secretAccessKey}`);
  const wanted = hmac(key, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`).toString('hex');
  const covered = ['host', 'x-amz-date', 'x-amz-target', 'x-amz-security-token'];
  return id === CREDENTIALS.accessKeyId && given === wanted && covered.every((name) => names.split(';').includes(name));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
