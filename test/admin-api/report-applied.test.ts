import { describe, expect, it } from 'vitest';
import { GATEWAYS } from '#shared/gateways/gateways.ts';
import { applyCallback } from '#shared/pipeline/apply.ts';
import { createVersionLookup } from '#shared/registry/version-lookup.ts';
import { createAdminFixture } from './admin-fixture.ts';

describe('a report through the real adapter and apply', () => {
  it('is a payment that is known and not believed yet, in every look-up', async () => {
    const { call, stores, deps } = createAdminFixture({ gateways: GATEWAYS });
    await call('PUT', '/merchants/acme', { json: {} });
    const secrets = { sharedSecret: 'shared-secret' };
    const connector = { merchantId: 'acme', gateway: 'ixopay', settings: { apiKey: 'k' }, secrets, testMode: true };
    await call('PUT', '/connectors/acme-cc-1', { json: connector });
    await call('PUT', '/merchants/acme/subscriptions/main', {
      json: { queue: { managed: true }, types: ['payment.*'], mode: 'both' },
    });
    const json = {
      connectorId: 'acme-cc-1',
      result: { success: true, uuid: '0f1e2d3c4b5a69788796', purchaseId: '20260115-0f1e', returnType: 'FINISHED' },
      request: { transactionType: 'DEBIT', amount: '24.50', currency: 'EUR', merchantTransactionId: 'ORD-1001-a' },
    };
    const stored = await call('POST', '/transactions', { json });
    expect(stored).toMatchObject({ status: 202, json: { subject: 'transaction/0f1e2d3c4b5a69788796' } });
    const connectorVersions = createVersionLookup(stores.registry);
    const applying = { ...deps, connectorVersions, release: 'test', mayHaveFailed: true };
    for (const row of stores.inbox.stream) await applyCallback(applying, row);

    const state = {
      kind: 'debit',
      status: 'PENDING',
      proven: false,
      amount: { minor: 2450 },
      testMode: true,
      version: 1,
    };
    expect((await call('GET', '/transactions/acme-cc-1/0f1e2d3c4b5a69788796')).json).toMatchObject(state);
    expect((await call('GET', '/transactions?merchantReference=ORD-1001-a&flag=unproven')).json).toMatchObject({
      items: [state],
    });
    expect((await call('GET', '/purchases/20260115-0f1e')).json).toMatchObject({ paid: false, items: [state] });
    const history = await call('GET', '/transactions/acme-cc-1/0f1e2d3c4b5a69788796/history');
    expect(history.json).toMatchObject({ items: [{ source: 'reported', outcome: 'changed', version: 1 }] });
    expect((await call('GET', '/callbacks')).json).toMatchObject({
      items: [{ source: 'reported', outcome: 'changed' }],
    });
    const events =
      '/merchants/acme/subscriptions/main/events?connectorId=acme-cc-1&subject=transaction/0f1e2d3c4b5a69788796';
    expect((await call('GET', events)).json).toMatchObject({ items: [{ type: 'payment.debit.pending', data: state }] });
  });
});
