const AT = '2026-01-15T09:30:00.000Z';
const callbackId = 'acme-cc-1:0f1e2d3c';
const bodySha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const callback = {
  ...{ callbackId, connectorId: 'acme-cc-1', merchantId: 'acme', gateway: 'ixopay', source: 'pushed', mode: 'live' },
  ...{ receivedAt: AT, method: 'POST', path: '/callbacks/acme-cc-1', rawQuery: '', bodySha256, outcome: 'changed' },
  verdict: { keyId: 'k-2026-01', algorithm: 'sha512', contentType: 'received', date: 'Date', path: 'received' },
};

const refused = {
  ...{ n: 0, connectorId: 'acme-cc-1', at: AT, code: 'signature_mismatch', detail: 'No secret gives this signature.' },
  ...{ method: 'POST', path: '/callbacks/acme-cc-1', bodyBytes: 412, bodySha256 },
  ...{ headers: { 'content-type': 'application/json' }, clockDifferenceMs: -1_200, kept: { bytes: 412, whole: true } },
};

const confirmation = {
  ...{ connectorId: 'acme-cc-1', merchantId: 'acme', subject: 'transaction/a1b2c3', reason: 'contradictory' },
  ...{ evidenceDigest: bodySha256, causeId: callbackId, at: AT, state: 'waiting', nextAt: AT, attempts: 1 },
  ...{ lastOutcome: 'rate_limited', lastDetail: 'The gateway asks to wait.' },
};

/** By the name of the schema in the document; of schemas without a name, by the operation's. */
export const OPERATION_EXAMPLES: Readonly<Record<string, unknown>> = {
  Callback: callback,
  RawCallback: { ...callback, headers: refused.headers, declared: {}, bodyBase64: 'eyJyZXN1bHQiOiJPSyJ9', masked: 0 },
  Confirmation: confirmation,
  ConfirmationList: { items: [confirmation], count: 1, cursor: null },
  Parked: {
    ...{ merchantId: 'acme', subscriptionId: 'main', connectorId: 'acme-cc-1', subject: 'transaction/a1b2c3' },
    ...{ from: 2, upTo: 3, attempts: 4, nextAt: AT, state: 'waiting', parkedAt: AT, lastError: 'AccessDenied' },
  },
  Redrive: { released: 1 },
  Failed: { callbackId, connectorId: 'acme-cc-1', code: 'bug', message: 'TypeError', release: '0.1.0', at: AT },
  AuditEntry: {
    ...{ at: AT, who: 'operator', what: 'connector.changed', resource: '/connectors/acme-cc-1' },
    changes: [{ field: '/active', before: true, after: false }],
  },
  Status: { inbox: { unapplied: 0 }, relay: { unpublished: 0 }, parked: 0, failed: 0, confirmations: 0 },
  Report: {
    connectorId: 'acme-cc-1',
    result: { success: true, uuid: 'a1b2c3', purchaseId: '20260115-a1b2c3', returnType: 'FINISHED' },
    request: { transactionType: 'DEBIT', amount: '24.50', currency: 'EUR' },
  },
  ReportTaken: { effect: 'stored', callbackId, subject: 'transaction/a1b2c3' },
  ReportKnown: { effect: 'found', subject: 'transaction/a1b2c3' },
  ConnectorBackfill: { from: '2026-01-14T00:00:00Z', to: '2026-01-15T09:00:00Z' },
  ReportStored: { effect: 'stored', callbackId, subject: 'transaction/a1b2c3' },
  ReportNone: { effect: 'none', why: 'the answer names no transaction' },
  Backfill: { from: '2026-01-01', to: '2026-01-15T09:30:00Z', types: ['payment.*.finished'] },
  BackfillPage: { backfillId: 'bf-1', events: 120, subjects: 80, skipped: [], heldUpBy: null, cursor: null },
  RefusedList: { items: [refused], counts: { signature_mismatch: 1 }, cursor: null },
  RefusedExplanation: {
    ...{ ...refused, verifiesNow: false },
    causes: [
      {
        ...{ code: 'wrong_secret', certain: false, what: 'It is signed with a secret that is not known here.' },
        ...{ cure: 'Compare the shared secret with the gateway’s console.', changes: [] },
      },
    ],
  },
  TestCallback: {
    request: {
      path: '/callbacks/acme-cc-1',
      headers: { 'Content-Type': 'application/json', 'X-Signature': '3b0c44298fc1c149' },
      body: '{"id":"a1b2c3","state":"Paid"}',
    },
    at: AT,
  },
  TestedCallback: {
    ...{ outcome: 'accepted', status: 200, connectorId: 'acme-cc-1' },
    verdict: { keyId: 'k-2026-01', algorithm: 'hmac-sha256' },
    notifications: [{ about: 'transaction', id: 'a1b2c3', status: 'FINISHED', fields: {}, anomalies: [] }],
    problems: [{ field: '/settings/amountPath', value: 'payment.amount', message: 'finds nothing in this callback' }],
  },
  RefusedAccepted: { items: [{ n: 0, outcome: 'stored', callbackId }], stored: 1 },
  'redrive request': { from: '2026-01-15T09:00:00Z' },
  'redrive 200': { callbacks: 240, failed: 0, subjects: 200, versions: 230, cursor: null },
};

/** Beside its type, title, status and code. */
export const PROBLEM_EXAMPLE = {
  detail: 'What was wrong, with which value, and what to do.',
  errors: [{ field: '/name', value: '', message: 'must not be empty' }],
};
