import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** All that a store needs of a client; tests hand in one that records. */
export type DynamoSend = Pick<DynamoDBClient, 'send'>;
