import { openEmbeddedQueue } from './embedded-queue.ts';
import { describeQueueContract } from './queue-contract.ts';

describeQueueContract("Postrider's own queue engine", openEmbeddedQueue);
