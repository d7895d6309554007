import { createHash } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { QueueMessage } from '#shared/pipeline/ports.ts';
import type { RoleCredentials } from './role-credentials.ts';
import { createSqsSender, type SqsSenderOptions } from './sqs-sender.ts';

const closers: (() => void)[] = [];
beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
});
afterEach(() => {
  for (const close of closers.splice(0)) close();
  vi.unstubAllEnvs();
});

async function queueServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/000000000000/q.fifo`;
}

interface Batch {
  readonly Entries: readonly { readonly Id: string; readonly MessageBody: string }[];
}

/** As SQS takes a batch; the SDK compares the digest of each body. */
function taking(seen: unknown[] = [], failed: readonly { readonly Id: string }[] = []): RequestListener {
  return (request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      const batch: Batch = JSON.parse(text);
      seen.push({
        ...batch,
        authorization: request.headers.authorization,
        token: request.headers['x-amz-security-token'],
      });
      const Successful = batch.Entries.filter(({ Id }) => !failed.some((entry) => entry.Id === Id)).map((entry) => ({
        Id: entry.Id,
        MessageId: `m-${entry.Id}`,
        MD5OfMessageBody: createHash('md5').update(entry.MessageBody).digest('hex'),
      }));
      response
        .writeHead(200, { 'content-type': 'application/x-amz-json-1.0' })
        .end(JSON.stringify({ Successful, Failed: failed }));
    });
  };
}

function answering(status: number, body: object, seen: unknown[] = []): RequestListener {
  return (request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      seen.push({ ...JSON.parse(text), authorization: request.headers.authorization });
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
    });
  };
}

function sender(options: Partial<SqsSenderOptions> = {}) {
  const made = createSqsSender({ region: 'eu-central-1', timeoutMs: 3_000, ...options });
  closers.push(() => made.close());
  return made;
}

const MESSAGES: readonly QueueMessage[] = ['a', 'b'].map((id) => ({
  id,
  body: `{"id":"${id}"}`,
  attributes: { type: 'payment.debit.finished', kind: '' },
  groupId: `g-${id}`,
  deduplicationId: `d-${id}`,
}));

describe('SQS sender', () => {
  it('sends a batch with groups, deduplication ids and attributes, signed for the region', async () => {
    const seen: Record<string, unknown>[] = [];
    const url = await queueServer(taking(seen));
    const warn = vi.spyOn(console, 'warn');
    const results = await sender().send({ url, fifo: true, managed: false }, MESSAGES);
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
    expect(results).toEqual([
      { id: 'a', ok: true },
      { id: 'b', ok: true },
    ]);
    expect(seen[0]).toMatchObject({
      QueueUrl: url,
      Entries: [
        {
          Id: '0',
          MessageBody: '{"id":"a"}',
          MessageGroupId: 'g-a',
          MessageDeduplicationId: 'd-a',
          MessageAttributes: { type: { DataType: 'String', StringValue: 'payment.debit.finished' } },
        },
        { Id: '1' },
      ],
    });
    expect(JSON.stringify(seen[0])).not.toContain('"kind"');
    expect(seen[0]?.['authorization']).toContain('/eu-central-1/sqs/');
  });

  it('sends no group to a standard queue', async () => {
    const seen: unknown[] = [];
    const url = await queueServer(taking(seen));
    await sender().send({ url, fifo: false, managed: false }, MESSAGES);
    expect(JSON.stringify(seen)).not.toMatch(/MessageGroupId|MessageDeduplicationId/);
  });

  it('tells which message of a batch was refused', async () => {
    const failed = { Id: '1', SenderFault: true, Code: 'InvalidMessageContents', Message: 'bad character' };
    const url = await queueServer(taking([], [failed]));
    expect(await sender().send({ url, fifo: true, managed: false }, MESSAGES)).toEqual([
      { id: 'a', ok: true },
      { id: 'b', ok: false, code: 'InvalidMessageContents', message: 'bad character' },
    ]);
  });

  it('a queue that is gone comes back as its error, for every message', async () => {
    const gone = { __type: 'com.amazonaws.sqs#QueueDoesNotExist', message: 'The specified queue does not exist.' };
    const url = await queueServer(answering(400, gone));
    const results = await sender().send({ url, fifo: true, managed: false }, MESSAGES);
    expect(results.map((result) => !result.ok && result.code)).toEqual(['QueueDoesNotExist', 'QueueDoesNotExist']);
  });

  it('tries at most twice where the queue throttles', async () => {
    const seen: unknown[] = [];
    const url = await queueServer(answering(503, { __type: 'ServiceUnavailable' }, seen));
    const [result] = await sender().send({ url, fifo: true, managed: false }, MESSAGES);
    expect(result?.ok).toBe(false);
    expect(seen).toHaveLength(2);
  });

  it('a queue that never answers is a refusal after the time limit', async () => {
    const url = await queueServer(() => undefined);
    const [result] = await sender({ timeoutMs: 200 }).send({ url, fifo: true, managed: false }, MESSAGES);
    expect(result).toMatchObject({ ok: false, code: 'TimeoutError' });
  });

  it('ends at once when told to stop', async () => {
    const stop = new AbortController();
    const url = await queueServer(() => stop.abort());
    const [result] = await sender({ timeoutMs: 60_000, stop: stop.signal }).send(
      { url, fifo: true, managed: false },
      MESSAGES,
    );
    expect(result?.ok).toBe(false);
  });

  it('no connection is a refusal too', async () => {
    const [refused] = await sender().send(
      { url: 'http://127.0.0.1:1/000000000000/q', fifo: false, managed: false },
      MESSAGES,
    );
    expect(refused).toMatchObject({ ok: false });
  });

  it('an entry that the answer does not name was not taken', async () => {
    const url = await queueServer(answering(200, { Successful: [], Failed: [] }));
    expect(await sender().send({ url, fifo: true, managed: false }, MESSAGES)).toMatchObject([
      { id: 'a', ok: false, code: 'no_answer' },
      { id: 'b', ok: false, code: 'no_answer' },
    ]);
  });

  it('one sender goes on through a queue that is missing, denies, throttles, and comes back', async () => {
    const error = (status: number, type: string) =>
      answering(status, { __type: `com.amazonaws.sqs#${type}`, message: type });
    const phases = [
      error(400, 'QueueDoesNotExist'),
      error(403, 'AccessDeniedException'),
      error(400, 'RequestThrottled'),
      taking(),
    ];
    let phase = 0;
    const url = await queueServer((request, response) => phases[phase]?.(request, response));
    const one = sender();
    const codes: unknown[] = [];
    for (; phase < phases.length; phase++) {
      const results = await one.send({ url, fifo: true, managed: false }, MESSAGES);
      codes.push(...new Set(results.map((result) => (result.ok ? 'taken' : result.code))));
    }
    expect(codes).toEqual(['QueueDoesNotExist', 'AccessDeniedException', 'RequestThrottled', 'taken']);
  });
});

describe('SQS sender with a role', () => {
  const roleArn = 'arn:aws:iam::222222222222:role/send';
  const expiration = new Date(Date.now() + 3_600_000);

  function rolesOf(asked: string[], refuse: boolean): RoleCredentials {
    return {
      async assume(arn, externalId) {
        asked.push(`${externalId} ${arn}`);
        if (refuse) return { ok: false, code: 'RoleNotAssumed', message: `${arn}: AccessDenied: no` };
        const credentials = {
          accessKeyId: `AK-${externalId}`,
          secretAccessKey: 's',
          sessionToken: `t-${externalId}`,
          expiration,
        };
        return { ok: true, credentials };
      },
    };
  }

  it("signs with the credentials of the role and never with another merchant's", async () => {
    const seen: { readonly authorization: string; readonly token: string }[] = [];
    const url = await queueServer(taking(seen));
    const asked: string[] = [];
    const one = sender({ roles: rolesOf(asked, false) });
    for (const externalId of ['acme', 'beta', 'acme']) {
      const results = await one.send({ url, fifo: true, managed: false, roleArn, externalId }, MESSAGES);
      expect(results.every(({ ok }) => ok)).toBe(true);
    }
    await one.send({ url, fifo: true, managed: false }, MESSAGES);
    expect(seen.map(({ token }) => token)).toEqual(['t-acme', 't-beta', 't-acme', undefined]);
    expect(seen[1]?.authorization).toContain('Credential=AK-beta/');
    expect(new Set(asked)).toEqual(new Set([`acme ${roleArn}`, `beta ${roleArn}`]));
  });

  it('a role that cannot be assumed is a refusal, and nothing is sent with other credentials', async () => {
    const seen: unknown[] = [];
    const url = await queueServer(taking(seen));
    const queue = { url, fifo: true, managed: false, roleArn, externalId: 'acme' };
    const refused = await sender({ roles: rolesOf([], true) }).send(queue, MESSAGES);
    expect(refused).toMatchObject([{ code: 'RoleNotAssumed' }, { code: 'RoleNotAssumed' }]);
    expect(await sender().send(queue, MESSAGES)).toMatchObject([{ code: 'RoleNotAssumed' }, { ok: false }]);
    expect(seen).toEqual([]);
  });
});
