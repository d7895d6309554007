import type { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeConsumer } from './contract/consumer.ts';
import { describeDeadLetters } from './contract/dead-letters.ts';
import { describeFifo } from './contract/fifo.ts';
import { describeMessages } from './contract/messages.ts';
import { describeQueues } from './contract/queues.ts';
import { describeRestart } from './contract/restart.ts';
import { describeStandard } from './contract/standard.ts';

/** A queue engine that speaks SQS: ours, an emulator, or AWS itself. */
export interface QueueUnderTest {
  readonly client: SQSClient;
  /** Stops the engine and starts it again on the same data; engines that keep nothing leave it out. */
  restart?(): Promise<{ readonly client: SQSClient }>;
  close(): Promise<void>;
}

/** Gives the client of the engine under test to a group of tests. */
export type ClientOf = () => SQSClient;

/** Registers one test of the contract. */
export type Check = (title: string, work: () => Promise<void>) => void;

/**
 * What every queue engine that Postrider delivers to must do, driven by the real AWS SDK and sqs-consumer. All tests share
 * one engine and make queues of their own. `knownFaults` are titles that an emulator is known to fail; they are run, and
 * must fail, so that the list does not outlive the fault.
 */
export function describeQueueContract(
  name: string,
  makeClient: () => Promise<QueueUnderTest>,
  knownFaults: readonly string[] = [],
): void {
  const faults = new Set(knownFaults);
  const check: Check = (title, work) => {
    if (faults.delete(title)) {
      it.fails(title, work);
    } else {
      it(title, work);
    }
  };
  describe(`queue contract: ${name}`, () => {
    let opened: QueueUnderTest | undefined;

    beforeAll(async () => {
      opened = await makeClient();
    });

    afterAll(async () => {
      await opened?.close();
    });

    const client: ClientOf = () => {
      if (opened === undefined) {
        throw new Error('The queue engine under test was not opened');
      }
      return opened.client;
    };
    describeQueues(check, client);
    describeMessages(check, client);
    describeStandard(check, client);
    describeFifo(check, client);
    describeDeadLetters(check, client);
    describeConsumer(check, client);
    it('every known fault is one of a test of this contract', () => {
      expect([...faults]).toEqual([]);
    });
  });
  describeRestart(name, makeClient);
}
