import { connect, type Socket } from 'node:net';

export interface LoopResult {
  readonly answers: number;
  readonly seconds: number;
  /** Milliseconds from the last byte sent to the last byte of the answer, sorted. */
  readonly latenciesMs: Float64Array;
}

const END_OF_HEAD = Buffer.from('\r\n\r\n');

/**
 * Sends the requests over so many connections, on each the next when the last is answered. Anything but 200 with the
 * body OK throws. Plain sockets: on two processors the client must cost less than the server that it measures.
 */
export async function closedLoop(port: number, connections: number, requests: readonly Buffer[]): Promise<LoopResult> {
  const sockets = await Promise.all(Array.from({ length: connections }, () => opened(port)));
  const latencies = new Float64Array(requests.length);
  let next = 0;
  const start = performance.now();
  await Promise.all(
    sockets.map(async (socket) => {
      const ask = asker(socket);
      while (next < requests.length) {
        const mine = next++;
        const sent = performance.now();
        const answer = await ask(requests[mine] ?? Buffer.alloc(0));
        latencies[mine] = performance.now() - sent;
        if (!answer.startsWith('HTTP/1.1 200') || !answer.endsWith('OK'))
          throw new Error(`unexpected answer: ${answer}`);
      }
      socket.destroy();
    }),
  );
  return { answers: requests.length, seconds: (performance.now() - start) / 1000, latenciesMs: latencies.sort() };
}

function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** One request at a time on one connection; answers are small and have a length. */
export function asker(socket: Socket): (request: Buffer) => Promise<string> {
  let got: Buffer = Buffer.alloc(0);
  let answered: ((answer: string) => void) | undefined;
  let failed: ((error: Error) => void) | undefined;
  socket.on('data', (chunk: Buffer) => {
    got = got.byteLength === 0 ? chunk : Buffer.concat([got, chunk]);
    const end = got.indexOf(END_OF_HEAD);
    if (end === -1) return;
    const text = got.toString('latin1');
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
    if (got.byteLength < end + 4 + length) return;
    got = Buffer.alloc(0);
    answered?.(text);
  });
  socket.on('error', (error) => failed?.(error));
  socket.on('close', () => failed?.(new Error('the connection was closed before the answer')));
  return (request) =>
    new Promise((resolve, reject) => {
      [answered, failed] = [resolve, reject];
      socket.write(request);
    });
}

export function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
