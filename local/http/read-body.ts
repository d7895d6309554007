import type { IncomingMessage } from 'node:http';

export type BodyReading =
  | { readonly kind: 'whole'; readonly body: Buffer }
  /** As many bytes as were seen. */
  | { readonly kind: 'too_large'; readonly bytes: number }
  /** The sender went away or was cut off: nobody waits for an answer. */
  | { readonly kind: 'aborted' };

/**
 * Reads a body of at most `maxBytes`, untouched. Of a larger one nothing is kept, and up to `drainBytes` more are thrown
 * away before it returns.
 */
export function readBody(request: IncomingMessage, maxBytes: number, drainBytes: number): Promise<BodyReading> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let bytes = 0;
    const finish = (reading: BodyReading) => {
      request.off('data', onData).off('end', onEnd).off('error', onAbort).off('close', onAbort);
      resolve(reading);
    };
    const onData = (chunk: Buffer) => {
      bytes += chunk.byteLength;
      if (bytes <= maxBytes) chunks.push(chunk);
      else chunks = [];
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
