import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SentMessage {
  readonly body: string;
  readonly groupId: string;
  readonly deduplicationId: string;
}

export interface AwsStub {
  readonly endpoint: string;
  /** What the queue took, in order; repeats of a deduplication id included. */
  readonly sent: readonly SentMessage[];
  /** True: the queue denies everything. */
  refuse(on: boolean): void;
  close(): Promise<void>;
}

type Input = Readonly<Record<string, unknown>>;

/** A KMS whose ciphertexts are keys read backwards, and one SQS queue: what the functions call beside DynamoDB. */
export async function startAwsStub(): Promise<AwsStub> {
  const sent: SentMessage[] = [];
  let refusing = false;
  let endpoint = '';

  function answer(target: string, input: Input): { readonly status: number; readonly body: object } {
    const action = target.split('.')[1] ?? '';
    if (action === 'GenerateDataKey') {
      const key = randomBytes(32);
      const blob = Buffer.from(key).reverse().toString('base64');
      return ok({ Plaintext: key.toString('base64'), CiphertextBlob: blob, KeyId: 'key' });
    }
    if (action === 'Encrypt') {
      const blob = Buffer.from(String(input['Plaintext']), 'base64').reverse();
      return ok({ CiphertextBlob: blob.toString('base64'), KeyId: 'key' });
    }
    if (action === 'Decrypt') {
      const key = Buffer.from(String(input['CiphertextBlob']), 'base64').reverse();
      return ok({ Plaintext: key.toString('base64'), KeyId: 'key' });
    }
    if (action === 'GetQueueUrl') {
      return { status: 400, body: { __type: 'com.amazonaws.sqs#QueueDoesNotExist', message: 'none' } };
    }
    if (action === 'CreateQueue') return ok({ QueueUrl: `${endpoint}/123456789012/${String(input['QueueName'])}` });
    if (action !== 'SendMessageBatch') throw new Error(`the stub does not know ${target}`);
    if (refusing) return { status: 403, body: { __type: 'com.amazonaws.sqs#AccessDeniedException', message: 'no' } };
    const entries = input['Entries'] as readonly Readonly<Record<string, string>>[];
    const taken = entries.map((entry) => {
      const body = entry['MessageBody'] ?? '';
      const deduplicationId = entry['MessageDeduplicationId'] ?? '';
      sent.push({ body, groupId: entry['MessageGroupId'] ?? '', deduplicationId });
      const md5 = createHash('md5').update(body).digest('hex');
      return { Id: entry['Id'], MessageId: deduplicationId, MD5OfMessageBody: md5 };
    });
    return ok({ Successful: taken, Failed: [] });
  }

  const server = createServer(async (request, response) => {
    const { status, body } = answer(String(request.headers['x-amz-target']), await inputOf(request));
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    endpoint,
    sent,
    refuse: (on) => {
      refusing = on;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function ok(body: object) {
  return { status: 200, body };
}

async function inputOf(request: IncomingMessage): Promise<Input> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Input;
}
