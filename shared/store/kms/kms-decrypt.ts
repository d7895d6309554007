import { createHash, createHmac } from 'node:crypto';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { SignatureV4 } from '@smithy/signature-v4';
import { type DecryptDataKey, KMS_LIMIT_MS } from './kms-secret-opener.ts';
import { KmsTrouble, kmsTroubleOf } from './kms-trouble.ts';
import { withinTime } from './time-limit.ts';

export interface KmsDecryptOptions {
  readonly region: string;
  /** As another client of the SDK has them: `client.config.credentials`. */
  readonly credentials: ConstructorParameters<typeof SignatureV4>[0]['credentials'];
  /** @default kmsEndpoint(region) */
  readonly endpoint?: string;
  /** In milliseconds: one try, all of them, the pause between two. */
  readonly limits?: { readonly tryMs: number; readonly allMs: number; readonly pauseMs: number };
}

/** Two tries and the pause fit into the limit of all, so that one lost connection costs nobody his callback. */
const LIMITS = { tryMs: 1_000, allMs: KMS_LIMIT_MS, pauseMs: 100 };
const TRIES = 3;
/** An answer is a key in base64 and the name of a key, or an error of a sentence. */
const MOST_ANSWER_BYTES = 65_536;

/**
 * `Decrypt` as one signed request. The generated client of @aws-sdk/client-kms does the same, would be a tenth more to load
 * before the first answer (255 KB of `receive` minified instead of 230) and has no limit of time over all its tries. The
 * signer is in the bundle already, with client-dynamodb.
 */
export function createKmsDecrypt(options: KmsDecryptOptions): DecryptDataKey {
  const { region, credentials, limits = LIMITS } = options;
  const endpoint = new URL(options.endpoint ?? kmsEndpoint(region));
  const signer = new SignatureV4({ service: 'kms', region, credentials, sha256: Sha256 });

  return (encryptedKey, context) => {
    const body = JSON.stringify({ CiphertextBlob: base64(encryptedKey), EncryptionContext: context });
    const tooLate = () => new KmsTrouble('unavailable', 'Decrypt', `no answer within ${limits.allMs} ms`);
    return withinTime(limits.allMs, tooLate, async (signal) => {
      for (let left = TRIES - 1; ; left -= 1) {
        try {
          return await tryOnce(signer, endpoint, body, signal, limits.tryMs);
        } catch (error) {
          const passes = error instanceof KmsTrouble && error.code === 'unavailable';
          if (!passes || left === 0 || signal.aborted) throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, limits.pauseMs));
      }
    });
  };
}

/** KMS in the region, unless the environment names another endpoint, as it does for every client of the SDK. */
export function kmsEndpoint(region: string, env: NodeJS.ProcessEnv = {}): string {
  const named = env['AWS_ENDPOINT_URL_KMS'] ?? env['AWS_ENDPOINT_URL'];
  return named ?? `https://kms.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

function tryOnce(
  signer: SignatureV4,
  endpoint: URL,
  body: string,
  signal: AbortSignal,
  tryMs: number,
): Promise<Uint8Array> {
  const tooLate = () => new KmsTrouble('unavailable', 'Decrypt', `no answer within ${tryMs} ms`);
  return withinTime(tryMs, tooLate, async (tried) => {
    const signed = await signer.sign({
      method: 'POST',
      protocol: endpoint.protocol,
      hostname: endpoint.hostname,
      path: '/',
      query: {},
      headers: {
        host: endpoint.host,
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'TrentService.Decrypt',
      },
      body,
    });
    const { status, text } = await post(endpoint, signed.headers, body, AbortSignal.any([signal, tried]));
    return keyOf(status, text);
  });
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

function post(
  endpoint: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<Answer> {
  const request = endpoint.protocol === 'http:' ? requestHttp : requestHttps;
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const broken = ({ code }: Pick<NodeJS.ErrnoException, 'code'>) =>
    reject(kmsTroubleOf('Decrypt', code ?? 'the connection broke', 0));
  const call = request(endpoint, { method: 'POST', headers, signal }, (response) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.byteLength;
      chunks.push(chunk);
      if (bytes <= MOST_ANSWER_BYTES) return;
      broken({ code: `more than ${MOST_ANSWER_BYTES} bytes` });
      call.destroy();
    });
    response.on('error', broken);
    response.on('end', () =>
      resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
    );
  });
  call.on('error', broken);
  call.end(body);
  return promise;
}

function keyOf(status: number, text: string): Uint8Array {
  const answer = parsed(text);
  if (status !== 200) {
    // `__type` may come as `com.amazonaws.kms#Name`.
    const name = typeof answer['__type'] === 'string' ? (answer['__type'].split('#').at(-1) ?? '') : '';
    throw kmsTroubleOf('Decrypt', /^\w{1,64}$/.test(name) ? name : '', status);
  }
  const key = answer['Plaintext'];
  if (typeof key !== 'string') throw new KmsTrouble('unavailable', 'Decrypt', 'the answer holds no key');
  return Buffer.from(key, 'base64');
}

/** Says nothing of what it could not read: an answer may hold a key. */
function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** The signer's idea of a hash, by node:crypto. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    throw new Error('The signer makes a new hash each time.');
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
}
