import type { Action } from './action.ts';
import type { QueueEngine } from './engine.ts';
import { LongPolls } from './long-poll.ts';
import { messageActions } from './message-actions.ts';
import { moveTaskActions } from './move-task-actions.ts';
import { refused } from './outcome.ts';
import { queueActions } from './queue-actions.ts';
import { type SqsResponse, sqsResponse } from './sqs-response.ts';

export interface SqsRequest {
  /** The name after `AmazonSQS.` in X-Amz-Target. */
  readonly action: string;
  /** JSON text. */
  readonly body: string;
  /** Aborts when the client has gone: a waiting receive then ends and takes nothing. */
  readonly signal?: AbortSignal | undefined;
}

export interface SqsHandlerOptions {
  readonly engine: QueueEngine;
  /** The engine's clock, in milliseconds. */
  readonly now: () => number;
  /** Such as `http://127.0.0.1:8788`, without a trailing slash; queue URLs begin with it. */
  readonly endpointBase: string;
  /** Told of failed storage and bugs; the client gets 500 InternalFailure, which SDKs repeat. */
  readonly onFault: (error: unknown) => void;
}

export interface SqsHandler {
  /** Never rejects. */
  handle(request: SqsRequest): Promise<SqsResponse>;
  /** Ends every waiting receive with no messages; call before the engine's file is closed. */
  close(): void;
}

const ACTIONS: ReadonlyMap<string, Action> = new Map(
  Object.entries({ ...queueActions, ...messageActions, ...moveTaskActions }),
);

/** SQS's AWS JSON 1.0 protocol over an engine, in the engine's thread. */
export function createSqsHandler(options: SqsHandlerOptions): SqsHandler {
  const polls = new LongPolls(options.engine, options.now);
  return {
    handle: async ({ action, body, signal }) => {
      const run = ACTIONS.get(action);
      if (run === undefined) {
        return sqsResponse(
          refused('UnknownOperationException', `The action ${action.slice(0, 80)} is not one this queue engine knows.`),
        );
      }
      const input = readJson(body);
      if (input === undefined) {
        return sqsResponse(refused('SerializationException', 'The request body is not a JSON object.'));
      }
      try {
        const { engine, endpointBase } = options;
        return sqsResponse(await run({ engine, polls, endpointBase, signal }, input));
      } catch (error) {
        options.onFault(error);
        return sqsResponse(refused('InternalFailure', 'The queue engine failed; the request may be sent again.'));
      }
    },
    close: () => polls.close(),
  };
}

function readJson(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = text === '' ? {} : JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
