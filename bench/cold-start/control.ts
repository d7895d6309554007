import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';

const client = new DynamoDBClient({});

/** The least that a function which stores something can be: the DynamoDB client and one PutItem. */
export async function handler(event: { readonly requestContext: { readonly requestId: string } }) {
  const Item = { pk: { S: event.requestContext.requestId }, sk: { S: 'row' } };
  await client.send(new PutItemCommand({ TableName: 'control', Item }));
  return { statusCode: 200, body: 'OK' };
}
