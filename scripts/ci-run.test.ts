import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const CI = join(import.meta.dirname, '..', '.ci', 'run');
const folder = mkdtempSync(join(tmpdir(), 'postrider-ci-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs .ci/run with an npm that answers `npm run test` and `npm run test:aws` with these shell lines. */
function ci(test: string, testAws: string): Promise<{ readonly code: unknown; readonly lines: readonly string[] }> {
  const path = mkdtempSync(join(folder, 'npm-'));
  const script = `#!/bin/sh\ncase "$2" in test) ${test};; test:aws) ${testAws};; *) exit 9;; esac\n`;
  writeFileSync(join(path, 'npm'), script, { mode: 0o755 });
  const env = { PATH: [path, process.env['PATH']].join(delimiter) };
  return new Promise((resolve) => {
    execFile(CI, { env }, (error, stdout) => {
      resolve({ code: error === null ? 0 : error.code, lines: stdout.trim().split('\n') });
    });
  });
}

describe('.ci/run', () => {
  it.each([
    ['both pass', 'echo 5 passed, 0 failed', 'echo 7 passed, 0 failed', '12 passed, 0 failed', 0],
    ['the first fails', 'echo 4 passed, 1 failed; exit 1', 'echo 7 passed, 0 failed', '11 passed, 1 failed', 1],
    ['the second fails', 'echo 5 passed, 0 failed', 'echo 6 passed, 2 failed; exit 1', '11 passed, 2 failed', 1],
    ['the second did not run', 'echo 5 passed, 0 failed', 'echo no Python; exit 1', '5 passed, 1 failed', 1],
    ['the second ran no test', 'echo 5 passed, 0 failed', 'echo 0 passed, 0 failed', '5 passed, 1 failed', 1],
    [
      'one ends badly behind its summary',
      'echo 5 passed, 0 failed; exit 7',
      'echo 7 passed, 0 failed',
      '12 passed, 1 failed',
      1,
    ],
    [
      'a line looks like a summary',
      'echo 9 passed, 9 failed; echo 5 passed, 0 failed',
      'echo 7 passed, 0 failed',
      '12 passed, 0 failed',
      0,
    ],
  ])('%s', async (_name, test, testAws, last, exitCode) => {
    const { code, lines } = await ci(test, testAws);
    expect([lines.at(-1), code]).toEqual([last, exitCode]);
  });
});
