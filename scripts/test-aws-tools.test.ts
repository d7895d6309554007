import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureFolder, ensureJava, ensureMinistack, javaMajor, MissingTool } from './test-aws-tools.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'postrider-tools-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A folder for PATH that holds one program. */
function pathWith(name: string, script: string): string {
  const path = mkdtempSync(join(folder, 'path-'));
  writeFileSync(join(path, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}

describe('the tools of test:aws', () => {
  const machine = (path: string) => ({ folder: join(folder, 'tools'), path, say: () => undefined });

  it.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['openjdk version "25" 2025-09-16', 25],
    ['java version "1.8.0_402"', 8],
    ['The operation couldn’t be completed. Unable to locate a Java Runtime.', 0],
  ])('reads %s', (text, major) => {
    expect(javaMajor(text)).toBe(major);
  });

  it('takes the Java of the machine where it is new enough', async () => {
    const path = pathWith('java', `echo 'openjdk version "21.0.1" 2023-10-17' >&2`);
    expect(await ensureJava(machine(path))).toBe(join(path, 'java'));
  });

  it('an old Java does not do, and without Python there is nothing to bring another with', async () => {
    const path = pathWith('java', `echo 'openjdk version "11.0.1" 2018-10-16' >&2`);
    await expect(ensureJava(machine(path))).rejects.toThrow(MissingTool);
  });

  it.each([
    ['no Python', () => mkdtempSync(join(folder, 'path-')), /found none in PATH/],
    ['an old Python', () => pathWith('python3', 'echo "Python 3.9.18 (main)"'), /python3: Python 3\.9\.18/],
    ['a Python without venv', () => pathWith('python3', 'echo "No module named ensurepip" >&2; exit 1'), /ensurepip/],
  ])('%s: one line says what to install', async (_name, path, found) => {
    const refused = await ensureMinistack(machine(path())).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(MissingTool);
    const message = refused instanceof Error ? refused.message : '';
    expect(message).toMatch(found);
    expect(message).toMatch(/needs Python 3\.10 or newer with venv and pip .* apt install python3 python3-venv/);
    expect(message).not.toContain('\n');
  });

  it('a folder is there when it is complete and not before; drafts of runs that are gone are removed', async () => {
    const kept = { folder: join(folder, 'kept') };
    mkdirSync(join(kept.folder, 'draft-999999999-x', 'half'), { recursive: true });
    mkdirSync(join(kept.folder, `draft-${process.pid}-y`), { recursive: true });
    await expect(
      ensureFolder(kept, 'thing', async (draft) => {
        mkdirSync(draft);
        throw new Error('the network is gone');
      }),
    ).rejects.toThrow('the network is gone');
    expect(readdirSync(kept.folder)).toEqual([`draft-${process.pid}-y`]);
    const make = async (draft: string) => {
      mkdirSync(draft);
      writeFileSync(join(draft, 'whole'), '');
    };
    const made = await Promise.all([ensureFolder(kept, 'thing', make), ensureFolder(kept, 'thing', make)]);
    expect(new Set(made)).toEqual(new Set([join(kept.folder, 'thing')]));
    expect(existsSync(join(kept.folder, 'thing', 'whole'))).toBe(true);
    expect(readdirSync(kept.folder).sort()).toEqual([`draft-${process.pid}-y`, 'thing']);
    expect(await ensureFolder(kept, 'thing', () => Promise.reject(new Error('made twice')))).toBe(made[0]);
  });
});
