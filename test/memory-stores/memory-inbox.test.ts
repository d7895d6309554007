import { describeInboxContract, type InboxUnderTest } from '../store/inbox-contract.ts';
import { createMemoryStores } from './memory-stores.ts';

describeInboxContract('in memory', async () => {
  const { inbox, refused } = createMemoryStores();
  const store: InboxUnderTest = {
    inbox,
    refused,
    reopen: async () => store,
    settled: async () => {},
    close: async () => {},
  };
  return store;
});
