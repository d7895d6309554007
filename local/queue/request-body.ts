import type { IncomingMessage } from 'node:http';
import { type Done, done, type Refused, refused } from './outcome.ts';
import { MAXIMUM_MESSAGE_BYTES } from './queue-attributes.ts';

/**
 * The longest JSON that a legal request can need: JSON may write each byte of a 1 MiB batch in six (backslash u 0 0 3 c,
 * as some encoders do with `<`), plus names, ids and receipt handles. What is longer is refused unread; messages over the limit but
 * within this get SQS's own error.
 */
export const MAXIMUM_REQUEST_BYTES = 6 * MAXIMUM_MESSAGE_BYTES + 65_536;
/** How much of a refused body is read and thrown away, so that the sender gets to see the answer. */
const DISCARDED_BYTES = 10 * 1_048_576;

export type RequestBody = Done<string> | (Refused & { readonly tooLarge: boolean });

/** Reads the body as UTF-8 text. Rejects when the client goes before its end. */
export function readRequestBody(request: IncomingMessage): Promise<RequestBody> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAXIMUM_REQUEST_BYTES) {
        chunks.push(chunk);
        return;
      }
      chunks = [];
      if (bytes > MAXIMUM_REQUEST_BYTES + DISCARDED_BYTES) {
        request.destroy();
      }
    });
    request.on('end', () => resolve(bytes > MAXIMUM_REQUEST_BYTES ? tooLarge() : decode(Buffer.concat(chunks))));
    request.on('error', reject);
    request.on('close', () => reject(new Error('The client closed the connection before the end of its request')));
  });
}

function tooLarge(): RequestBody {
  const message = `The request is longer than ${MAXIMUM_REQUEST_BYTES} bytes. A message, and a batch, has at most ${MAXIMUM_MESSAGE_BYTES} bytes.`;
  return { ...refused('InvalidParameterValue', message), tooLarge: true };
}

function decode(bytes: Buffer): RequestBody {
  try {
    return done(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return { ...refused('SerializationException', 'The request body is not valid UTF-8.'), tooLarge: false };
  }
}
