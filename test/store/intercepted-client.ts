import { ProvisionedThroughputExceededException } from '@aws-sdk/client-dynamodb';
import type { DynamoSend } from '#shared/store/dynamodb/dynamo-send.ts';

/** A request as the stores hand it to the SDK. */
export interface Request {
  /** Such as `PutItemCommand`. */
  readonly command: string;
  /** Its parameters: may be changed before they are sent. */
  readonly input: Record<string, unknown>;
}

export interface Interception {
  /** Throwing here is a request that never reached DynamoDB. */
  readonly before?: (request: Request) => void | Promise<void>;
  /** Throwing here is an answer that was lost; what is returned (if anything) takes the answer's place. */
  readonly after?: (request: Request, answer: unknown) => unknown;
}

/** A client whose every request passes through the hands of a test. */
export function interceptedClient(client: DynamoSend, { before, after }: Interception): DynamoSend {
  const send = async (command: { readonly input: Record<string, unknown> }): Promise<unknown> => {
    const request = { command: command.constructor.name, input: command.input };
    await before?.(request);
    const answer: unknown = await (client.send as (command: unknown) => Promise<unknown>)(command);
    return (await after?.(request, answer)) ?? answer;
  };
  return { send: send as DynamoSend['send'] };
}

export function throttled(): ProvisionedThroughputExceededException {
  return new ProvisionedThroughputExceededException({ message: 'Too many requests', $metadata: {} });
}

/** Lists answer with three rows, what lies together with one: all have several pages. What is due is asked for by the number. */
export function smallPages(client: DynamoSend): DynamoSend {
  return interceptedClient(client, {
    before({ command, input }) {
      if (command !== 'QueryCommand' || input['IndexName'] === 'byNextAt') return;
      const rows = input['IndexName'] === undefined ? 1 : 3;
      input['Limit'] = Math.min(rows, Number(input['Limit'] ?? rows));
    },
  });
}
