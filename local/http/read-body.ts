import type { IncomingMessage } from 'node:http';

export type BodyReading =
  | { readonly kind: 'whole'; readonly body: Buffer }
  /** As many bytes as were seen. */
  | { readonly kind: 'too_large'; readonly bytes: number }
  /** Unfinished bodies of all senders together fill the memory set apart for them. */
  | { readonly kind: 'no_room' }
  /** The sender went away or was cut off: nobody waits for an answer. */
  | { readonly kind: 'aborted' };

/** Memory for bodies that are still coming in, shared by all connections of a server. */
export interface BodyRoom {
  freeBytes: number;
}

/**
 * Reads a body of at most `maxBytes`, untouched. Of a larger one nothing is kept, and up to `drainBytes` more are thrown
 * away before it returns.
 */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
  drainBytes: number,
  room: BodyRoom,
): Promise<BodyReading> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let bytes = 0;
    let kept = 0;
    const keep = (chunk: Buffer) => {
      chunks.push(chunk);
      kept += chunk.byteLength;
      room.freeBytes -= chunk.byteLength;
    };
    const drop = () => {
      chunks = [];
      room.freeBytes += kept;
      kept = 0;
    };
    const finish = (reading: BodyReading) => {
      drop();
      request.off('data', onData).off('end', onEnd).off('error', onAbort).off('close', onAbort);
      resolve(reading);
    };
    const onData = (chunk: Buffer) => {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) drop();
      else if (room.freeBytes < chunk.byteLength) finish({ kind: 'no_room' });
      else keep(chunk);
      if (bytes > maxBytes + drainBytes) finish({ kind: 'too_large', bytes });
    };
    const onEnd = () => {
      if (bytes > maxBytes) return finish({ kind: 'too_large', bytes });
      const [only] = chunks;
      finish({ kind: 'whole', body: chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks) });
    };
    const onAbort = () => finish({ kind: 'aborted' });
    request.on('data', onData).on('end', onEnd).on('error', onAbort).on('close', onAbort);
  });
}
