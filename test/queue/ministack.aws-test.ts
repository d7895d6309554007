import { SQSClient } from '@aws-sdk/client-sqs';
import { startMinistack } from '../deployment/ministack.ts';
import { describeQueueContract } from './queue-contract.ts';

interface KnownFault {
  /** Title of a test of the contract. */
  readonly test: string;
  readonly ministack: string;
  /** What Amazon says, and where; it decides. */
  readonly amazon: string;
}

/**
 * Where ministack 1.5.33 differs from our engine. In each case Amazon's documentation is on the side of the contract, and
 * so of our engine. A fault that is repaired makes its test fail here: take it off the list then.
 */
const KNOWN_FAULTS: readonly KnownFault[] = [
  {
    test: 'refuses attributes without a proper type or value',
    ministack: 'takes an attribute of type "Text", and one that is empty',
    amazon:
      'API Reference, MessageAttributeValue: the data types are String, Number and Binary (with a label of your own behind); "Name, type, value and the message body must not be empty or null"',
  },
  {
    test: 'takes the same delete twice',
    ministack: 'answers the second delete with ReceiptHandleIsInvalid',
    amazon: 'API Reference, DeleteMessage: "If you use an old ReceiptHandle, the request will succeed"',
  },
  {
    test: 'refuses to wait longer than 20 seconds',
    ministack: 'takes WaitTimeSeconds 21',
    amazon: 'API Reference, CreateQueue, ReceiveMessageWaitTimeSeconds: "An integer from 0 to 20 (seconds)"',
  },
  {
    test: 'a handle whose time is over deletes nothing, also before the message was given again',
    ministack: 'deletes the message',
    amazon:
      'FIFO refuses it: "Value … for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired", called the expected behaviour of SQS by AWS in aws/aws-sdk-js issue 1279',
  },
  {
    test: 'come back to where they came from, in order',
    ministack: 'has no StartMessageMoveTask',
    amazon: 'API Reference, StartMessageMoveTask',
  },
  {
    test: 'need a target that exists and is of the same kind',
    ministack: 'takes a standard queue as the dead-letter queue of a FIFO queue',
    amazon:
      'API Reference, CreateQueue, RedrivePolicy: "The dead-letter queue of a FIFO queue must also be a FIFO queue"',
  },
  {
    test: 'name their sources',
    ministack: 'has no ListDeadLetterSourceQueues',
    amazon: 'API Reference, ListDeadLetterSourceQueues',
  },
];

describeQueueContract(
  'ministack',
  async () => {
    const { endpoint, stop } = await startMinistack({ region: 'us-east-1', tls: false });
    const client = new SQSClient({
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    });
    const close = async () => {
      client.destroy();
      await stop();
    };
    return { client, close };
  },
  KNOWN_FAULTS.map(({ test }) => test),
);
