import { useCompileCache } from './compile-cache.ts';

// `npm start`. Signals are taken before anything is loaded: one that comes while the process starts ends it as cleanly.
const asked = new Promise<void>((resolve) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve());
});
useCompileCache();
const { run } = await import('./run.ts');
await run(process.argv.slice(2), asked);
