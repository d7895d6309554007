import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import type { ConfirmRequest } from '#shared/pipeline/ports.ts';
import { questionOf } from './delivery-questions.ts';

/** The question that a stream record of the delivery table has put; undefined for any other change or item. */
export function questionOfRecord({ eventName, dynamodb }: DynamoDBRecord): ConfirmRequest | undefined {
  const image = dynamodb?.NewImage as Record<string, AttributeValue> | undefined;
  const isQuestion = image?.['pk']?.S?.startsWith('confirmation#') === true && image['state'] !== undefined;
  return eventName === 'INSERT' && isQuestion ? questionOf(image) : undefined;
}
