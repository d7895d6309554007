// Builds the merchants' package: consumer/index.js and its declarations under types/, into dist or the folder given.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = resolve(root, process.argv[2] ?? 'dist');
const types = join(out, 'types');

for (const folder of ['consumer', 'types']) rmSync(join(out, folder), { recursive: true, force: true });
await build({
  entryPoints: [join(root, 'shared/consumer/index.ts')],
  outfile: join(out, 'consumer/index.js'),
  absWorkingDir: root,
  bundle: true,
  // sqs-consumer and the AWS SDK are dependencies: the merchant has one copy of each.
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
});
const tsc = join(root, 'node_modules/.bin/tsc');
execFileSync(tsc, ['-p', 'tsconfig.consumer.json', '--outDir', types], { cwd: root, stdio: 'inherit' });
for (const entry of readdirSync(types, { recursive: true, withFileTypes: true })) {
  if (entry.isFile()) pointToDeclarations(join(entry.parentPath, entry.name));
}

/** Outside of this repository there is no `#shared`, and a declaration goes by the name of the `.js` it describes. */
function pointToDeclarations(file: string): void {
  const up = relative(dirname(file), types).split(sep).join('/') || '.';
  const specifier = /(['"])(#shared\/|[.]{1,2}\/)([^'"]+)[.]ts\1/g;
  const text = readFileSync(file, 'utf8').replace(specifier, (_, quote: string, start: string, path: string) => {
    const target = posix.join(start === '#shared/' ? up : start, path);
    return `${quote}${target.startsWith('.') ? target : `./${target}`}.js${quote}`;
  });
  writeFileSync(file, text);
}
