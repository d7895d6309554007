import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { refused } from './outcome.ts';
import { isQueryProtocol, queryProtocolRefusal } from './query-protocol.ts';
import { readRequestBody } from './request-body.ts';
import { createRequestGuard, type RequestGuard, readTarget } from './request-guard.ts';
import { type SqsResponse, sqsResponse } from './sqs-response.ts';

/** Hands one action to the engine's thread; `signal` aborts when the client has gone. */
export type ForwardSqs = (action: string, bodyText: string, signal: AbortSignal) => Promise<SqsResponse>;

export interface SqsListenerOptions {
  readonly forward: ForwardSqs;
  /** The one access key id that is let in. */
  readonly accessKeyId: string;
  /** Host names beside loopback, without ports. */
  readonly allowedHosts: readonly string[];
}

/** The node:http listener of the SQS endpoint: decides who may speak, reads the body, forwards, answers. */
export function createSqsListener(options: SqsListenerOptions): RequestListener {
  const guard = createRequestGuard(options.accessKeyId, options.allowedHosts);
  return (request, response) => {
    answer(guard, options.forward, request, response).catch(() => fail(response));
  };
}

async function answer(
  guard: RequestGuard,
  forward: ForwardSqs,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const client = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) {
      client.abort();
    }
  });
  const refusal = refuseByHead(guard, request);
  if (refusal !== null) {
    write(response, refusal);
    return;
  }
  const action = readTarget(request.headers);
  if (!action.ok) {
    write(response, sqsResponse(action));
    return;
  }
  const body = await readRequestBody(request);
  if (!body.ok) {
    write(response, { ...sqsResponse(body), ...(body.tooLarge ? { status: 413 } : {}) });
    return;
  }
  const forwarded = await forward(action.value, body.value, client.signal);
  if (client.signal.aborted) {
    await giveBack(forward, action.value, body.value, forwarded);
    return;
  }
  write(response, forwarded);
}

/** What the head of the request decides, before a byte of the body is read. */
function refuseByHead(guard: RequestGuard, request: IncomingMessage): SqsResponse | null {
  const host = guard.checkHost(request.headers);
  if (!host.ok) {
    return sqsResponse(host);
  }
  if (isQueryProtocol(request)) {
    return queryProtocolRefusal(randomUUID());
  }
  if (request.method !== 'POST') {
    const response = sqsResponse(
      refused('UnknownOperationException', `SQS takes POST requests, this one is ${request.method}.`),
    );
    return { ...response, status: 405, headers: { ...response.headers, allow: 'POST' } };
  }
  const accessKey = guard.checkAccessKey(request.headers);
  return accessKey.ok ? null : sqsResponse(accessKey);
}

/** The client broke off, or the engine's thread cannot be reached: SDKs repeat after a 500. */
function fail(response: ServerResponse): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  write(
    response,
    sqsResponse(refused('InternalFailure', 'The queue engine cannot be reached; send the request again.')),
  );
}

function write(response: ServerResponse, answered: SqsResponse): void {
  response.writeHead(answered.status, {
    ...answered.headers,
    'content-length': Buffer.byteLength(answered.body),
    'x-amzn-requestid': randomUUID(),
  });
  response.end(answered.body);
}

/** The client went while its messages were on the way: make them visible again instead of locking them for nobody. */
async function giveBack(forward: ForwardSqs, action: string, bodyText: string, answered: SqsResponse): Promise<void> {
  if (action !== 'ReceiveMessage' || answered.status !== 200) {
    return;
  }
  // Both are the engine's own words, or have passed its check: it answered 200.
  const received: { Messages?: readonly { ReceiptHandle: string }[] } = JSON.parse(answered.body);
  const request: { QueueUrl: string } = JSON.parse(bodyText);
  if (received.Messages === undefined) {
    return;
  }
  const entries = received.Messages.map((message, index) => ({
    Id: String(index),
    ReceiptHandle: message.ReceiptHandle,
    VisibilityTimeout: 0,
  }));
  const body = JSON.stringify({ QueueUrl: request.QueueUrl, Entries: entries });
  await forward('ChangeMessageVisibilityBatch', body, new AbortController().signal);
}
