// Makes sure that node_modules holds what package-lock.json says: at most one `npm ci`, never two at a time.
import { createHash, randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { delimiter, join } from 'node:path';

const STAMP = '.postrider-installed';
const LOCK = '.postrider-install.lock';
const POLL_MS = 200;
const BEAT_MS = 2_000;
/** A lock that nobody has touched for so long has lost its holder, whatever its process id says. */
const STALE_MS = 30_000;

/** Why the program cannot run: a sentence for the user, no stack. */
export class InstallError extends Error {}

/**
 * Installs the packages of `root` if they are missing or not those of package-lock.json, and does nothing otherwise.
 * `io`: say(text), stopped() → has a signal asked us to stop, run(command, args, spawn options, started(pid)) →
 * {code, signal}.
 * Throws InstallError with what to do.
 */
export async function ensureInstalled(root, io) {
  if (isInstalled(root)) return;
  const lock = join(root, LOCK);
  await acquire(lock, io);
  const beat = setInterval(() => touch(lock), BEAT_MS);
  try {
    // Another run may have installed while this one waited for the lock.
    if (io.stopped() || isInstalled(root)) return;
    io.say('postrider: installing the packages of package-lock.json into node_modules (npm ci) …');
    await npmCi(root, io, (npm) => writeFileSync(lock, holderText(npm)));
    writeStamp(root);
  } finally {
    clearInterval(beat);
    rmSync(lock, { force: true });
  }
}

/** True if the stamp is that of this lockfile, or if npm's own record in node_modules agrees with it. */
export function isInstalled(root) {
  const lockText = readFileSync(join(root, 'package-lock.json'), 'utf8');
  if (readText(stampPath(root)) === digest(lockText)) return true;
  const record = readText(join(root, 'node_modules', '.package-lock.json'));
  if (record === undefined || !agrees(JSON.parse(lockText), JSON.parse(record))) return false;
  writeStamp(root);
  return true;
}

/** npm writes its record last, so one that is there and equal is that of a finished installation. */
function agrees(lock, record) {
  const installed = record.packages ?? {};
  return Object.entries(lock.packages ?? {}).every(([path, wanted]) => {
    if (path === '') return true;
    const found = installed[path];
    // Packages for other platforms are optional, and absent.
    if (found === undefined) return wanted.optional === true || wanted.devOptional === true;
    return found.version === wanted.version && found.integrity === wanted.integrity;
  });
}

async function npmCi(root, io, started) {
  // Without our own node_modules/.bin: the Node in it would be removed under npm's feet.
  const bin = join(root, 'node_modules', '.bin');
  const path = (process.env.PATH ?? '').split(delimiter).filter((entry) => entry !== bin);
  const env = { ...process.env, PATH: path.join(delimiter), npm_config_update_notifier: 'false' };
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  // npm's stdout goes to our stderr: the stdout of the program stays clean.
  const options = { env, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' };
  let ended;
  try {
    ended = await io.run('npm', args, options, started);
  } catch (error) {
    throw new InstallError(`postrider: npm could not be started (${error.message}); is npm in PATH?`);
  }
  if (ended.code !== 0) {
    throw new InstallError(
      `postrider: "npm ci" failed (${ended.code === null ? ended.signal : `exit code ${ended.code}`}); see its words above. ` +
        'It needs access to the npm registry, and package.json and package-lock.json that agree.',
    );
  }
}

/** The lock is a file that names its holder; one whose holder is gone is taken over. */
async function acquire(lock, io) {
  let told = false;
  for (;;) {
    if (io.stopped()) throw new InstallError('postrider: stopped while waiting for another installation');
    try {
      writeFileSync(lock, holderText(), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') {
        throw new InstallError(
          `postrider: cannot write ${lock} (${error.code}); the folder must be writable to install`,
        );
      }
    }
    const holder = readText(lock);
    if (holder === undefined) continue;
    if (isStale(lock, holder)) {
      removeStale(lock, holder);
      continue;
    }
    if (!told) io.say(`postrider: another run is installing (${lock}); waiting for it …`);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Our process and npm's: npm may outlive a run that was killed, and must not be joined by a second one. */
function holderText(npm) {
  return JSON.stringify({ host: hostname(), processes: npm === undefined ? [process.pid] : [process.pid, npm] });
}

function isStale(lock, text) {
  try {
    if (Date.now() - statSync(lock).mtimeMs > STALE_MS) return true;
    const holder = JSON.parse(text);
    return holder.host === hostname() && !holder.processes.some(isAlive);
  } catch {
    // Gone meanwhile, or just being written: look again.
    return false;
  }
}

function touch(lock) {
  try {
    utimesSync(lock, new Date(), new Date());
  } catch {
    // Removed by hand: the installation goes on without it.
  }
}

/** Two waiters may both find the lock stale: rename first, look at what was caught, and give back a fresh one. */
function removeStale(lock, holder) {
  const caught = `${lock}.${randomUUID()}`;
  try {
    renameSync(lock, caught);
    if (readFileSync(caught, 'utf8') !== holder) linkSync(caught, lock);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  } finally {
    rmSync(caught, { force: true });
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function stampPath(root) {
  return join(root, 'node_modules', STAMP);
}

function writeStamp(root) {
  const stamp = stampPath(root);
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  const fresh = `${stamp}.${process.pid}`;
  writeFileSync(fresh, digest(readFileSync(join(root, 'package-lock.json'), 'utf8')));
  renameSync(fresh, stamp);
}

function digest(text) {
  return createHash('sha256').update(text).digest('hex');
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}
