import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** A repository with no dependencies: `npm ci` needs no network there. */
let root: string;

const LOCKFILE = {
  name: 'made',
  version: '1.0.0',
  lockfileVersion: 3,
  packages: { '': { name: 'made', version: '1.0.0' } },
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'postrider run-'));
  mkdirSync(join(root, 'scripts'));
  for (const name of ['run.mjs', 'install.mjs']) {
    cpSync(fileURLToPath(new URL(name, import.meta.url)), join(root, 'scripts', name));
  }
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'made', version: '1.0.0' }));
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify(LOCKFILE));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function program(text: string): void {
  writeFileSync(join(root, 'program.mjs'), text);
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(...args: string[]): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const env = { ...process.env };
  Reflect.deleteProperty(env, 'npm_lifecycle_event');
  const child = spawn(process.execPath, [join(root, 'scripts', 'run.mjs'), ...args], { cwd: root, env });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
  return { child, ended };
}

async function printed(child: ChildProcess, text: string): Promise<void> {
  let seen = '';
  await new Promise<void>((resolve) => {
    child.stdout?.on('data', (chunk) => {
      seen += chunk;
      if (seen.includes(text)) resolve();
    });
  });
}

const INSTALLING = /installing the packages/;
/** Says "up" and ends with code 0 at the first SIGTERM; a second one does no harm. */
const SERVICE = `process.on('SIGTERM', () => setTimeout(() => process.exit(0), 50));
setInterval(() => {}, 1000); console.log('up');`;

describe('run', () => {
  it('installs on the first run only, and again when the lockfile has changed', async () => {
    program('');
    expect((await start('program.mjs').ended).stderr).toMatch(INSTALLING);
    expect((await start('program.mjs').ended).stderr).toBe('');
    writeFileSync(join(root, 'package-lock.json'), `${JSON.stringify(LOCKFILE)}\n`);
    rmSync(join(root, 'node_modules', '.package-lock.json'), { force: true });
    expect((await start('program.mjs').ended).stderr).toMatch(INSTALLING);
  });

  it('hands arguments, stdout and the exit code through untouched', async () => {
    program('console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = 7;');
    const ended = await start('program.mjs', '--port', '1', 'a b', '$HOME').ended;
    expect(ended).toMatchObject({ code: 7, stdout: '["--port","1","a b","$HOME"]\n' });
  });

  it('puts node_modules/.bin first in PATH', async () => {
    program('console.log(process.env.PATH.split(":")[0])');
    expect((await start('program.mjs').ended).stdout).toBe(`${join(root, 'node_modules', '.bin')}\n`);
  });

  it('installs once when four runs start at the same moment', async () => {
    program('console.log("ran")');
    const all = await Promise.all([1, 2, 3, 4].map(() => start('program.mjs').ended));
    expect(all.map((ended) => [ended.code, ended.stdout])).toEqual(Array(4).fill([0, 'ran\n']));
    expect(all.filter((ended) => INSTALLING.test(ended.stderr))).toHaveLength(1);
  });

  it('takes over the lock of an installation that was killed', async () => {
    program('console.log("ran")');
    const gone = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => gone.on('close', resolve));
    writeFileSync(join(root, '.postrider-install.lock'), JSON.stringify({ host: hostname(), processes: [gone.pid] }));
    expect((await start('program.mjs').ended).stdout).toBe('ran\n');
    expect(existsSync(join(root, '.postrider-install.lock'))).toBe(false);
  });

  it('says so when npm ci fails, and does not run the program', async () => {
    program('console.log("ran")');
    writeFileSync(
      join(root, 'package.json'),
      JSON.stringify({ name: 'made', version: '1.0.0', dependencies: { zod: '1.0.0' } }),
    );
    const ended = await start('program.mjs').ended;
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain('"npm ci" failed');
    expect(existsSync(join(root, 'node_modules', '.postrider-installed'))).toBe(false);
  });

  it('ends with code 0 when a service is told to stop twice', async () => {
    program(SERVICE);
    const { child, ended } = start('--service', 'program.mjs');
    await printed(child, 'up');
    child.kill('SIGTERM');
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, stdout: 'up\n' });
  });

  it('ends with code 0 when a service dies of the signal before it could listen', async () => {
    program('console.log("up"); setInterval(() => {}, 1000);');
    const { child, ended } = start('--service', 'program.mjs');
    await printed(child, 'up');
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  });

  it('lets npm start end with code 0 when npm alone is told to stop', async () => {
    program(SERVICE);
    const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    const start = scripts.start.replace('local/main.ts', 'program.mjs');
    writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'made', version: '1.0.0', scripts: { start } }));
    const npm = spawn('npm', ['start', '--silent'], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    await printed(npm, 'up');
    npm.kill('SIGTERM');
    expect(await new Promise((resolve) => npm.on('close', resolve))).toBe(0);
  });

  it('does not call a test run that was stopped a success', async () => {
    program('console.log("up"); setInterval(() => {}, 1000);');
    const { child, ended } = start('program.mjs');
    await printed(child, 'up');
    child.kill('SIGTERM');
    expect((await ended).code).toBe(143);
  });

  it('shows a crash of a service as one', async () => {
    program('process.kill(process.pid, "SIGKILL")');
    expect((await start('--service', 'program.mjs').ended).code).toBe(137);
  });
});
