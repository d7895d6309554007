import * as z from 'zod';

/** The members of SQS's JSON requests that this engine reads; what it does not know it ignores, as SQS does. */
const attributes = z.record(z.string(), z.string());
const messageAttributes = z.record(
  z.string(),
  z.object({ DataType: z.string(), StringValue: z.string().optional(), BinaryValue: z.string().optional() }),
);
const queueUrl = { QueueUrl: z.string() };
const integer = z.int();

const message = {
  MessageBody: z.string(),
  DelaySeconds: integer.optional(),
  MessageAttributes: messageAttributes.optional(),
  MessageSystemAttributes: messageAttributes.optional(),
  MessageDeduplicationId: z.string().optional(),
  MessageGroupId: z.string().optional(),
};
const sendEntry = z.object({ Id: z.string(), ...message });
const receiptHandle = { ReceiptHandle: z.string() };

export const WIRE = {
  CreateQueue: z.object({
    QueueName: z.string(),
    Attributes: attributes.optional(),
    tags: attributes.optional(),
    Tags: attributes.optional(),
  }),
  GetQueueUrl: z.object({ QueueName: z.string() }),
  ListQueues: z.object({
    QueueNamePrefix: z.string().optional(),
    MaxResults: integer.optional(),
    NextToken: z.string().optional(),
  }),
  QueueOnly: z.object(queueUrl),
  SetQueueAttributes: z.object({ ...queueUrl, Attributes: attributes }),
  GetQueueAttributes: z.object({ ...queueUrl, AttributeNames: z.array(z.string()).optional() }),
  TagQueue: z.object({ ...queueUrl, Tags: attributes }),
  UntagQueue: z.object({ ...queueUrl, TagKeys: z.array(z.string()) }),
  ListDeadLetterSourceQueues: z.object({
    ...queueUrl,
    MaxResults: integer.optional(),
    NextToken: z.string().optional(),
  }),
  SendMessage: z.object({ ...queueUrl, ...message }),
  SendMessageBatch: z.object({ ...queueUrl, Entries: z.array(sendEntry) }),
  ReceiveMessage: z.object({
    ...queueUrl,
    MaxNumberOfMessages: integer.optional(),
    WaitTimeSeconds: integer.optional(),
    VisibilityTimeout: integer.optional(),
    AttributeNames: z.array(z.string()).optional(),
    MessageSystemAttributeNames: z.array(z.string()).optional(),
    MessageAttributeNames: z.array(z.string()).optional(),
    ReceiveRequestAttemptId: z.string().optional(),
  }),
  DeleteMessage: z.object({ ...queueUrl, ...receiptHandle }),
  DeleteMessageBatch: z.object({ ...queueUrl, Entries: z.array(z.object({ Id: z.string(), ...receiptHandle })) }),
  ChangeMessageVisibility: z.object({ ...queueUrl, ...receiptHandle, VisibilityTimeout: integer }),
  ChangeMessageVisibilityBatch: z.object({
    ...queueUrl,
    Entries: z.array(z.object({ Id: z.string(), ...receiptHandle, VisibilityTimeout: integer.optional() })),
  }),
  StartMessageMoveTask: z.object({
    SourceArn: z.string(),
    DestinationArn: z.string().optional(),
    MaxNumberOfMessagesPerSecond: integer.optional(),
  }),
  ListMessageMoveTasks: z.object({ SourceArn: z.string(), MaxResults: integer.optional() }),
} as const;

export type SendMembers = Omit<z.infer<typeof sendEntry>, 'Id'>;
