import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { openKeyFile } from '#local/key-file/key-file.ts';
import type { PumpSettings, ToPump } from './messages.ts';
import { openPump } from './pump.ts';

// The pump's thread: wiring only. What is thrown here ends the thread, and the process with it.
const port = parentPort;
if (port === null) throw new Error('pump-worker.ts runs as a worker thread of local/main.ts');
const settings = workerData as PumpSettings;
const pump = await openPump({
  settings,
  secrets: openKeyFile(join(settings.dataFolder, 'secrets.key')),
  post: (message) => port.postMessage(message),
  env: process.env,
});
port.on('message', (message: ToPump) => {
  pump.take(message);
  if (message.kind === 'stop') port.unref();
});
port.postMessage({ kind: 'ready' });
