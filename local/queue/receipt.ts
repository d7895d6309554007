/** What a receipt handle says: one receive of one message of one queue. */
export interface Receipt {
  readonly queueId: number;
  readonly seq: number;
  readonly token: string;
}

const PLAIN = /^(\d{1,15})\.(\d{1,15})\.([A-Za-z0-9-]{1,64})$/;

/** Opaque to clients; not a secret: whoever reaches the queue may delete from it. */
export function receiptHandleOf(receipt: Receipt): string {
  return Buffer.from(`${receipt.queueId}.${receipt.seq}.${receipt.token}`).toString('base64url');
}

/** Null: no handle of ours. */
export function readReceiptHandle(handle: string): Receipt | null {
  if (handle.length > 1_024) {
    return null;
  }
  const match = PLAIN.exec(Buffer.from(handle, 'base64url').toString());
  const [, queueId, seq, token] = match ?? [];
  return queueId === undefined || seq === undefined || token === undefined
    ? null
    : { queueId: Number(queueId), seq: Number(seq), token };
}
