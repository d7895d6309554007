/** The merchants' package: `postrider/consumer`. */

export { createConsumer, type PostriderConsumer, progressKey } from './consumer.ts';
export { ConsumerError, type ConsumerErrorCode } from './consumer-error.ts';
export type { ConsumerEvents } from './consumer-events.ts';
export type { ConsumerOptions, ConsumerSettings, QueueAccess } from './consumer-options.ts';
export {
  createDynamoProgressStore,
  type DynamoProgressStore,
  type DynamoProgressStoreOptions,
  type DynamoTransaction,
} from './dynamodb-progress-store.ts';
export { SubjectLeaseError, type SubjectLeaseErrorCode } from './dynamodb-progress-store-lease.ts';
export {
  type EventData,
  type EventReading,
  type PostriderEvent,
  parseEvent,
  type ReceivedEvent,
  type SubjectAddress,
} from './event.ts';
export type { EventsApiOptions } from './events-api.ts';
export type { Handler, HandlerContext } from './handle-event.ts';
export { type MemoryProgressStore, type MemoryTransaction, memoryProgressStore } from './memory-progress-store.ts';
export { AlreadyHandled, type ProgressStore } from './progress-store.ts';
export { type SqliteProgressStore, sqliteProgressStore } from './sqlite-progress-store.ts';
