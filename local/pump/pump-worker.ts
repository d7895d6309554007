import { once } from 'node:events';
import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { saveCompileCache, useCompileCache } from '#local/compile-cache.ts';
import type { FromPump, ToPump } from './messages.ts';

// The pump's thread: wiring only. It loads its modules while the other thread opens ports, and then waits for `start`.
// What is thrown here ends the thread, and the process with it.
const port = parentPort;
if (port === null) throw new Error('pump-worker.ts runs as a worker thread of local/main.ts');
const post = (message: FromPump) => port.postMessage(message);
const BEHIND_RECEIVING = 10;
const first = once(port, 'message');
yieldToReceiving();
useCompileCache();
const [{ openPump }, { openKeyFile }] = await Promise.all([import('./pump.ts'), import('#local/key-file/key-file.ts')]);
const [start] = (await first) as [ToPump];
if (start.kind !== 'start') throw new Error(`the first message was ${start.kind}, not start`);
const { settings } = start;
const pump = await openPump({ settings, secrets: openKeyFile(settings.keyFile), post, env: process.env });
port.on('message', (message: ToPump) => pump.take(message));
post({ kind: 'ready' });
setImmediate(saveCompileCache);

/** Where both threads want the processor, answering a gateway comes first. Linux counts priority by thread. */
function yieldToReceiving(): void {
  if (process.platform === 'linux') setPriority(0, BEHIND_RECEIVING);
}
