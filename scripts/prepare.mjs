// npm's `prepare`: builds the merchants' package after an installation that has the tools for it.
// Plain JavaScript, because it also runs after `npm ci --omit=dev`, where there is no Node 24 and nothing to do.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const node = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
if (existsSync(node)) execFileSync(node, [join(root, 'scripts', 'build.ts')], { cwd: root, stdio: 'inherit' });
