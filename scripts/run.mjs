// Runs one program of this repository: `node scripts/run.mjs [--service] <program> [arguments]`.
//
// Plain JavaScript without dependencies, because it is the one file that must run on a clean clone under the machine's
// own Node (20 or newer). It makes sure that the packages are installed, then runs the program under the Node 24 that
// is one of them. Its own words go to stderr: the stdout of the program is the program's.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled, InstallError } from './install.mjs';

const LEAST_MAJOR = 20;
const PROGRAM_MAJOR = 24;
/** A service has to be gone within 10 s of SIGTERM; what still runs then is killed, and that is an error. */
const SERVICE_LIMIT_MS = 9_500;
const INSTALL_LIMIT_MS = 5_000;

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');
const bin = join(root, 'node_modules', '.bin');

/** The running child, for signals: the installer first, then the program. */
let child;
/** The first signal that asked us to stop. */
let asked;
let service = false;

function say(text) {
  process.stderr.write(`${text}\n`);
}

function major(version) {
  return Number(version.split('.')[0]);
}

function stop(signal) {
  if (asked === undefined) {
    asked = signal;
    if (service) setTimeout(giveUp, SERVICE_LIMIT_MS).unref();
  }
  child?.kill(signal);
}

function giveUp() {
  say(`postrider: the program did not end within ${SERVICE_LIMIT_MS / 1000} s of ${asked}; killed`);
  child?.kill('SIGKILL');
}

/** npm killed outright cannot pass a signal on: without this check the program would go on without it, port in hand. */
function watchParent() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent && asked === undefined) stop('SIGTERM');
  }, 1_000).unref();
}

function nodeOfTheProgram() {
  const windows = process.platform === 'win32';
  const candidates = [join(root, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node')];
  if (!windows) candidates.push(join(bin, 'node'));
  const found = candidates.find((path) => existsSync(path));
  if (found !== undefined) return found;
  if (major(process.versions.node) >= PROGRAM_MAJOR) return process.execPath;
  throw new InstallError(
    `postrider: Node ${PROGRAM_MAJOR} is missing from node_modules (looked for ${candidates.join(', ')}) and this is Node ` +
      `${process.versions.node}. The package "node" fetches it in its install script: run "npm ci --include=dev" without ` +
      `--ignore-scripts, or use Node ${PROGRAM_MAJOR} itself.`,
  );
}

/** Runs `command` in our process group, terminal and all, and resolves with how it ended. */
function run(command, args, options, started = () => {}) {
  return new Promise((resolve, reject) => {
    child = spawn(command, args, { cwd: root, ...options });
    child.once('error', reject);
    if (child.pid !== undefined) started(child.pid);
    child.once('exit', (code, signal) => resolve({ code, signal }));
    if (asked !== undefined) child.kill(asked);
  });
}

function exitCodeOf({ code, signal }) {
  if (code !== null) return code;
  // A service that is told to stop before it could listen for the signal has stopped as it was told.
  if (service && signal === asked) return 0;
  return 128 + (constants.signals[signal] ?? 0);
}

async function install() {
  await ensureInstalled(root, {
    say,
    stopped: () => asked !== undefined,
    run: async (command, args, options, started) => {
      const limit = setInterval(() => {
        if (asked !== undefined) child?.kill('SIGKILL');
      }, INSTALL_LIMIT_MS);
      try {
        return await run(command, args, options, started);
      } finally {
        clearInterval(limit);
      }
    },
  });
}

async function main() {
  if (major(process.versions.node) < LEAST_MAJOR) {
    say(
      `postrider: Node ${process.versions.node} is too old; install Node ${LEAST_MAJOR} or newer (https://nodejs.org)`,
    );
    return 1;
  }
  const args = process.argv.slice(2);
  if (args[0] === '--service') {
    service = true;
    args.shift();
  }
  const [program, ...rest] = args;
  if (program === undefined) {
    say('usage: node scripts/run.mjs [--service] <program> [arguments]');
    return 1;
  }
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => stop(signal));
  watchParent();
  await install();
  if (asked !== undefined) return exitCodeOf({ code: null, signal: asked });
  const node = nodeOfTheProgram();
  const ended = await run(node, ['--disable-warning=ExperimentalWarning', join(root, program), ...rest], {
    cwd: process.cwd(),
    stdio: 'inherit',
    // One malloc arena: with glibc's default of one a thread and more, what a burst needed stayed resident (60 MB).
    env: { MALLOC_ARENA_MAX: '1', ...process.env, PATH: [bin, process.env.PATH].filter(Boolean).join(delimiter) },
  });
  return exitCodeOf(ended);
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof InstallError)) throw error;
  if (asked === undefined) say(error.message);
  process.exitCode = asked === undefined ? 1 : exitCodeOf({ code: null, signal: asked });
}
