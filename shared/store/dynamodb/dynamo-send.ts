import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** All that the stores need of the SDK's client: tests hand in one that throttles, dies or counts. */
export type DynamoSend = Pick<DynamoDBClient, 'send'>;
