import { createHash } from 'node:crypto';
import { postCallback } from '#local/http/post-callback.ts';
import { signedCallback } from '../builders/ixopay-signer.ts';
import { type ReadyLine, SECRET } from './home-process.ts';

const DATE = 'Thu, 15 Jan 2026 09:30:00 UTC';

/** A body as IXOPAY sends one; `id` names the payment. */
export function debit(id: string, result: 'OK' | 'PENDING' | 'ERROR' = 'OK', more: object = {}): string {
  return JSON.stringify({
    result,
    uuid: id,
    merchantTransactionId: `order-${id}`,
    transactionType: 'DEBIT',
    amount: '24.50',
    currency: 'EUR',
    ...(result === 'ERROR' ? { code: '2003', message: 'declined' } : {}),
    ...more,
  });
}

export interface PostOptions {
  readonly date?: string;
  readonly secret?: string;
  readonly path?: string;
}

/** Signs a body and posts it to a connector. Rejects where the process does not answer. */
export function post(ready: Pick<ReadyLine, 'base'>, body: string | Uint8Array, options: PostOptions = {}) {
  const { date = DATE, secret = SECRET, path = '/callbacks/acme-cc-1' } = options;
  const callback = signedCallback(path, body, date, secret);
  return postCallback(new URL(ready.base), { ...callback, uri: path });
}

/** Id under which a callback must be stored: named in the API by connector and key. */
export function sha256Of(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}
