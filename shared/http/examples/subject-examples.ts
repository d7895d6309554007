const AT = '2026-01-15T09:30:00.000Z';
const own = { createdAt: AT, updatedAt: AT };
const envelope = {
  ...{ version: 1, merchantId: 'acme', connectorId: 'acme-cc-1', gateway: 'ixopay', testMode: false },
  ...{ reasons: ['status'], changes: ['status'] },
};
const transactionData = {
  ...{ ...envelope, id: 'a1b2c3', kind: 'debit', status: 'FINISHED' },
  ...{ proven: true, final: true, contradictory: false, merchantReference: 'order-1001' },
  amount: { value: '24.50', minor: 2450, currency: 'EUR' },
};
const transaction = { ...transactionData, ...own };
const verdict = {
  ...{ keyId: 'k-2026-01', algorithm: 'sha512', contentType: 'received', date: 'Date', path: 'received' },
};
const callbackId = 'acme-cc-1:0f1e2d3c';

/** By the name of the schema in the document. */
export const SUBJECT_EXAMPLES: Readonly<Record<string, unknown>> = {
  Transaction: transaction,
  Schedule: {
    ...{ ...envelope, ...own, id: 'sc-1', kind: 'schedule', status: 'ACTIVE', proven: true, uncertain: false },
    scheduledAt: '2026-02-15T00:00:00.000Z',
  },
  Instrument: {
    ...{ ...envelope, ...own, id: 'reg-1', kind: 'card', status: 'ACTIVE', proven: true, contradictory: false },
    ...{ uncertain: false, pan: { status: 'ACTIVE' } },
    summary: { kind: 'card', brand: 'visa', lastFour: '1111', expiryMonth: 12, expiryYear: 2030 },
  },
  Notice: { ...envelope, ...own, id: 'n-1', kind: 'notice', status: 'RECEIVED', proven: true, reason: 'unknown_type' },
  Event: {
    ...{ specversion: '1.0', id: 'acme-cc-1:transaction:a1b2c3:1', type: 'payment.debit.finished' },
    ...{ source: '/connectors/acme-cc-1', subject: 'transaction/a1b2c3', time: AT },
    datacontenttype: 'application/json',
    dataschema: 'https://admin.example.com/api/v1/schemas/transaction/1.json',
    ...{ sequence: '0000000001', previoussequence: '0000000000', causeid: callbackId, data: transactionData },
  },
  HistoryLine: {
    ...{ callbackId, receivedAt: AT, source: 'pushed', verdict, outcome: 'changed', version: 1 },
    bodySha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  },
  Purchase: {
    ...{ reference: 'order-1001', paid: true, complete: true, items: [transaction], cursor: null },
    paidBy: [{ connectorId: 'acme-cc-1', id: 'a1b2c3' }],
  },
};
