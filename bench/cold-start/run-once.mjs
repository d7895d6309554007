// node run-once.mjs <bundle>: loads a bundle, makes one call, prints when that was done (milliseconds since the process began).
import { pathToFileURL } from 'node:url';

const event = JSON.parse(process.env['BENCH_EVENT'] ?? '');
// What the function writes is not ours to read.
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true;
const begun = performance.now();
const { handler } = await import(pathToFileURL(process.argv[2] ?? '').href);
const loaded = performance.now();
const { statusCode, body } = await handler(event);
const done = performance.now();
const { user, system } = process.cpuUsage();
write(JSON.stringify({ statusCode, body, begun, loaded, done, cpu: (user + system) / 1_000 }));
process.exit(0);
