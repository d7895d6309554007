import { execFile } from 'node:child_process';
import { join } from 'node:path';

const CLI = join(import.meta.dirname, '..', '..', 'cli');

/** Runs a command of cli/ as a process of its own, with nothing in its environment but PATH and `env`. */
export function cli(program: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  const options = { env: { PATH: process.env['PATH'] ?? '', ...env } };
  return new Promise<{ readonly code: unknown; readonly stdout: string; readonly stderr: string }>((resolve) => {
    execFile(process.execPath, [join(CLI, program), ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}
