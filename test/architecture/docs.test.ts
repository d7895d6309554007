import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryFiles, root } from './repository.ts';

const pages = repositoryFiles().filter((path) => path.endsWith('.md'));
const text = (path: string): string => readFileSync(join(root, path), 'utf8');
const { scripts } = JSON.parse(text('package.json')) as { scripts: Readonly<Record<string, string>> };

describe('docs', () => {
  it('are found', () => {
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'ARCHITECTURE.md', 'docs/gateways/ixopay.md']));
  });

  it.each(pages)('%s links to what is there', (page) => {
    const targets = [...text(page).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target = '']) => target);
    const missing = targets
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => !existsSync(join(root, dirname(page), target)));
    expect(missing).toEqual([]);
  });

  it.each(pages)('%s names commands that exist', (page) => {
    const named = [...text(page).matchAll(/\bnpm (?:run ([a-z:]+)|(start|test)\b)/g)].map(
      ([, run, short]) => run ?? short,
    );
    expect(named.filter((name) => name === undefined || !(name in scripts))).toEqual([]);
  });

  it.each(pages)('%s names files of the repository that exist', (page) => {
    const named = [
      ...text(page).matchAll(/`((?:shared|local|test|infra|functions|docs|bench|examples)\/[\w./-]+[.]\w+)`/g),
    ];
    expect(named.map(([, path = '']) => path).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

describe('scripts', () => {
  it.each(Object.entries(scripts))('%s runs a program that exists', (_name, command) => {
    const [, program = ''] = /(?:run[.]mjs (?:--service )?|^node )(\S+)/.exec(command) ?? [];
    expect(existsSync(join(root, program))).toBe(true);
  });
});
