import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { callbackLine } from '#shared/platform/callback-line.ts';
import { callbackOfEvent, resultOfAnswer } from '#shared/platform/http-api.ts';
import { type ObservedReceiveDeps, receiveObserved } from '#shared/platform/observed-receive.ts';
import { waitAtMost } from '#shared/platform/time-limit.ts';

export interface ReceiveHandlerDeps extends ObservedReceiveDeps {
  readonly environment: string;
  /** Resolves when refused samples are written: Lambda stops the process with the answer. */
  readonly refusedSettled: () => Promise<void>;
  /** Longest that an answer waits for a refused sample. */
  readonly settleMs: number;
  /** Takes the one line of a callback. */
  readonly writeLine: (line: string) => void;
}

/** Lambda entry point of the callback URL: HTTP API payload 2.0 in, the gateway's own answer out. */
export function createHandler(deps: ReceiveHandlerDeps) {
  return async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const { answer, note } = await receiveObserved(deps, callbackOfEvent(event));
    if (note.reason !== undefined) await waitAtMost(deps.refusedSettled(), deps.settleMs);
    const { requestId } = event.requestContext;
    deps.writeLine(callbackLine(deps.environment, deps.clock.now(), { ...note, requestId }));
    return resultOfAnswer(answer);
  };
}
