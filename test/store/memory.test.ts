import { createMemoryStores } from '../memory-stores/memory-stores.ts';
import { type DeliveryUnderTest, describeDeliveryContract } from './delivery-contract.ts';
import { describeInboxContract, type InboxUnderTest } from './inbox-contract.ts';
import { describeLedgerContract, type LedgerUnderTest } from './ledger-contract.ts';
import { describeRegistryContract, type RegistryUnderTest } from './registry-contract.ts';

type UnderTest = InboxUnderTest & LedgerUnderTest & DeliveryUnderTest & RegistryUnderTest;

/** The stores that other tests run on promise the same; a restart is not theirs to survive. */
async function open(stores = createMemoryStores()): Promise<UnderTest> {
  return { ...stores, reopen: () => open(stores), async settled() {}, async close() {} };
}

describeInboxContract('memory', () => open());
describeLedgerContract('memory', () => open());
describeDeliveryContract('memory', () => open());
describeRegistryContract('memory', () => open());
