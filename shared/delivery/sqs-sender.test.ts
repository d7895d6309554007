import { createServer, type RequestListener } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { QueueMessage } from '#shared/pipeline/ports.ts';
import { createSqsSender } from './sqs-sender.ts';

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

function sender(timeoutMs = 3_000, stop?: AbortSignal) {
  const made = createSqsSender({ region: 'eu-central-1', timeoutMs, ...(stop && { stop }) });
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
    const url = await queueServer(answering(200, { Successful: [], Failed: [] }, seen));
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
    const url = await queueServer(answering(200, { Successful: [] }, seen));
    await sender().send({ url, fifo: false, managed: false }, MESSAGES);
    expect(JSON.stringify(seen)).not.toMatch(/MessageGroupId|MessageDeduplicationId/);
  });

  it('tells which message of a batch was refused', async () => {
    const failed = { Id: '1', SenderFault: true, Code: 'InvalidMessageContents', Message: 'bad character' };
    const url = await queueServer(answering(200, { Successful: [], Failed: [failed] }));
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
    const [result] = await sender(200).send({ url, fifo: true, managed: false }, MESSAGES);
    expect(result).toMatchObject({ ok: false, code: 'TimeoutError' });
  });

  it('ends at once when told to stop', async () => {
    const stop = new AbortController();
    const url = await queueServer(() => stop.abort());
    const [result] = await sender(60_000, stop.signal).send({ url, fifo: true, managed: false }, MESSAGES);
    expect(result?.ok).toBe(false);
  });

  it('no connection is a refusal too', async () => {
    const [refused] = await sender().send(
      { url: 'http://127.0.0.1:1/000000000000/q', fifo: false, managed: false },
      MESSAGES,
    );
    expect(refused).toMatchObject({ ok: false });
  });
});
