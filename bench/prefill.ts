import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { openInboxDatabase } from '#local/store/inbox-database.ts';
import { openLedgerDatabase } from '#local/store/ledger-database.ts';
import { ACCOUNT } from './servers.ts';
import { paymentId } from './signed-requests.ts';

const AT_ONCE = 10_000;

/**
 * Puts so many callbacks into a stopped home's inbox, as `receive` would have, and marks them applied: what is measured
 * afterwards is what a large inbox does to receiving.
 */
export async function prefill(folder: string, rows: number): Promise<void> {
  const inbox = openInboxDatabase(join(folder, 'inbox.db'));
  const ledger = openLedgerDatabase(join(folder, 'ledger.db'));
  for (let from = 0; from < rows; from += AT_ONCE) {
    const count = Math.min(AT_ONCE, rows - from);
    await Promise.all(Array.from({ length: count }, (_, i) => inbox.put(storedRow(from + i))));
  }
  await ledger.positions.setPosition('applied', await inbox.lastPosition());
  await ledger.close();
  inbox.close();
}

function storedRow(n: number): Parameters<ReturnType<typeof openInboxDatabase>['put']>[0] {
  const body = Buffer.from(
    JSON.stringify({
      result: 'OK',
      uuid: `stored-${paymentId(n)}`,
      transactionType: 'DEBIT',
      amount: '24.50',
      currency: 'EUR',
    }).padEnd(600),
  );
  const digest = createHash('sha256').update(body);
  return {
    callbackId: `${ACCOUNT.connectorId}:${digest.copy().digest('base64url')}`,
    connectorId: ACCOUNT.connectorId,
    merchantId: 'acme',
    gateway: 'ixopay',
    source: 'pushed',
    mode: 'test',
    receivedAt: new Date(Date.parse('2026-01-01T00:00:00.000Z') + n).toISOString(),
    method: 'POST',
    path: `/callbacks/${ACCOUNT.connectorId}`,
    rawQuery: '',
    headers: { 'content-type': 'application/json; charset=utf-8', date: 'Thu, 15 Jan 2026 09:30:00 UTC' },
    declared: { date: 'Thu, 15 Jan 2026 09:30:00 UTC' },
    verdict: {
      keyId: 'k1',
      algorithm: 'hmac-sha512/sha512',
      readings: { contentType: 'received', date: 'Date', path: 'registered' },
    },
    body,
    bodySha256: digest.digest('hex'),
  };
}
