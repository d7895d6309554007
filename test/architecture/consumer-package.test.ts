import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from './repository.ts';

const run = promisify(execFile);

/** What a merchant writes: only the package's own name, checked as strictly as TypeScript can. */
const PROGRAM = `import { createConsumer, memoryProgressStore, parseEvent, type PostriderEvent } from 'postrider/consumer';
export const consumer = createConsumer({
  queueUrl: 'http://127.0.0.1:1/q', region: 'eu-central-1',
  api: { base: 'http://127.0.0.1:1/api/v1', merchantId: 'acme', subscriptionId: 'main', readToken: 't' },
  store: memoryProgressStore(),
  handler: async (event: PostriderEvent) => { const status: string = event.data.status; console.log(status); },
});
console.log(typeof consumer.start, parseEvent('{').ok);
`;

const TSCONFIG = {
  compilerOptions: {
    ...{ module: 'nodenext', target: 'es2024', strict: true, exactOptionalPropertyTypes: true, noEmit: true },
    ...{ skipLibCheck: false, types: ['node'], noUncheckedIndexedAccess: true },
  },
  files: ['program.ts'],
};

describe('the merchants’ package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'postrider-package-'));
  const installed = join(folder, 'node_modules', 'postrider');
  beforeAll(async () => {
    mkdirSync(installed, { recursive: true });
    cpSync(join(root, 'package.json'), join(installed, 'package.json'));
    await run(process.execPath, [join(root, 'scripts/build.ts'), join(installed, 'dist')]);
    for (const name of readdirSync(join(root, 'node_modules')).filter((entry) => !entry.startsWith('.'))) {
      symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
    }
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
    writeFileSync(join(folder, 'program.ts'), PROGRAM);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has types that hold outside of this repository', async () => {
    const checked = await run(join(root, 'node_modules/.bin/tsc'), ['-p', folder]).catch((error) => error);
    expect(checked.stdout).toBe('');
  });

  it('runs outside of this repository', async () => {
    const { stdout } = await run(process.execPath, [join(folder, 'program.ts')], { cwd: folder });
    expect(stdout).toBe('function false\n');
  });
});
