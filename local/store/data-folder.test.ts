import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DataFolder, folderProblem, openDataFolder } from './data-folder.ts';

let parent: string;
let child: ChildProcess | undefined;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'postrider-data-'));
});
afterEach(() => {
  child?.kill('SIGKILL');
  child = undefined;
  rmSync(parent, { recursive: true, force: true });
});

function opened(path: string): DataFolder {
  const outcome = openDataFolder(path);
  if (!outcome.ok) throw new Error(outcome.message);
  return outcome.folder;
}

/** Another process that opens the folder, prints what came of it, and stays. */
async function openElsewhere(path: string): Promise<string> {
  const code = `
    const { openDataFolder } = await import(${JSON.stringify(join(import.meta.dirname, 'data-folder.ts'))});
    const outcome = openDataFolder(${JSON.stringify(path)});
    console.log(outcome.ok ? 'open' : outcome.code);
    if (outcome.ok) setInterval(() => globalThis.gc?.(), 5);
  `;
  child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output] = await once(child.stdout ?? child, 'data');
  return String(output).trim();
}

describe('openDataFolder', () => {
  it('makes the folder with its parents, for its owner only', () => {
    const path = join(parent, 'a', 'b');
    const folder = opened(path);
    expect(folder.path).toBe(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(statSync(join(path, 'lock.db')).mode & 0o777).toBe(0o600);
    expect(folder.file('inbox.db')).toBe(join(path, 'inbox.db'));
    folder.close();
    expect(existsSync(path)).toBe(true);
  });

  it('refuses a second one in the same process, and lets it in after close', () => {
    const path = join(parent, 'data');
    const folder = opened(path);
    expect(openDataFolder(path)).toMatchObject({ ok: false, code: 'locked' });
    folder.close();
    folder.close();
    opened(path).close();
  });

  it('refuses a second process with a sentence that says what to do; kill -9 gives the folder free', async () => {
    const path = join(parent, 'data');
    expect(await openElsewhere(path)).toBe('open');
    const refused = openDataFolder(path);
    expect(refused).toMatchObject({ ok: false, code: 'locked' });
    expect(!refused.ok && refused.message).toContain(`${path} is in use by another Postrider process`);
    // The other process collects its garbage all the time: the lock must not be a part of it.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(openDataFolder(path)).toMatchObject({ ok: false, code: 'locked' });
    const exited = child === undefined ? undefined : once(child, 'exit');
    child?.kill('SIGKILL');
    await exited;
    opened(path).close();
  });

  it('is refused in another process while this one has it', async () => {
    const path = join(parent, 'data');
    const folder = opened(path);
    // A second try in this process must not drop the lock of the first.
    expect(openDataFolder(path)).toMatchObject({ ok: false, code: 'locked' });
    expect(await openElsewhere(path)).toBe('locked');
    folder.close();
  });

  it.each(['file', join('file', 'below')])('names a path that is no folder: %s', (name) => {
    writeFileSync(join(parent, 'file'), 'x');
    const outcome = openDataFolder(join(parent, name));
    expect(outcome).toMatchObject({ ok: false, code: 'not_a_folder' });
    expect(!outcome.ok && outcome.message).toContain(join(parent, name));
  });

  it('a lock file that is no database is unusable, not a crash', () => {
    writeFileSync(join(parent, 'lock.db'), 'this is a text of more than sixteen bytes'.repeat(40));
    expect(openDataFolder(parent)).toMatchObject({ ok: false, code: 'unusable' });
  });

  it('a folder that cannot be made is a value', () => {
    // Root may write anywhere but into the kernel's own folder.
    expect(openDataFolder('/proc/postrider-data')).toMatchObject({ ok: false });
  });

  it.each([
    ['EACCES', 'unwritable', 'cannot be written'],
    ['EROFS', 'unwritable', 'cannot be written'],
    ['EPERM', 'unwritable', 'cannot be written'],
    ['ENOSPC', 'disk_full', 'no room left'],
    ['EIO', 'unusable', 'cannot be used'],
  ])('says of %s that the folder is %s', (code, problem, sentence) => {
    const found = folderProblem('/data', Object.assign(new Error(`${code}: cause`), { code }));
    expect(found.code).toBe(problem);
    expect(found.message).toContain(sentence);
    expect(found.message).toMatch(/\/data.*--data <folder>/);
  });
});
