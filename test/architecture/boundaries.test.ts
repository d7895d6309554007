import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CRUISED, type Cruise, cruise } from './cruise.ts';
import { repositoryFiles, root } from './repository.ts';

/** One forbidden import: where, its text, which rule must name it. Every rule of .dependency-cruiser.cjs has one. */
const PLANTED: readonly (readonly [rule: string, file: string, text: string])[] = [
  ['model-is-pure', 'shared/model/a.ts', "import { readFileSync } from 'node:fs';\nreadFileSync('x');"],
  ['model-knows-nobody', 'shared/model/b.ts', "import '#shared/registry/ok.ts';"],
  ['model-knows-nobody', 'shared/model/c.ts', "import type { Ok } from '#shared/store/ok.ts';\nexport type T = Ok;"],
  ['gateways-know-the-model', 'shared/gateways/one/a.ts', "import '#shared/pipeline/ok.ts';"],
  ['gateways-are-apart', 'shared/gateways/one/b.ts', "import '../two/ok.ts';"],
  ['registry-below-pipeline', 'shared/registry/a.ts', "import '#shared/pipeline/ok.ts';"],
  ['registry-takes-ports-as-types', 'shared/registry/b.ts', "import '#shared/pipeline/ports.ts';"],
  ['pipeline-knows-no-edge', 'shared/pipeline/a.ts', "import '#shared/store/ok.ts';"],
  ['edges-know-no-home', 'shared/http/a.ts', "import '#local/ok.ts';"],
  ['outbound-knows-its-port', 'shared/outbound/a.ts', "import '#shared/registry/ok.ts';"],
  ['one-way-out', 'shared/gateways/one/c.ts', "import { request } from 'node:https';\nrequest('https://x');"],
  ['one-way-out', 'shared/pipeline/b.ts', "import { lookup } from 'node:dns/promises';\nlookup('x');"],
  ['pipeline-knows-no-edge', 'shared/pipeline/c.ts', "import '#shared/outbound/ok.ts';"],
  ['consumer-stands-alone', 'shared/consumer/a.ts', "import '#shared/model/ok.ts';"],
  [
    'consumer-types-from-the-model',
    'shared/consumer/b.ts',
    "import type { Ok } from '#shared/registry/ok.ts';\nexport type T = Ok;",
  ],
  ['functions-know-no-local', 'functions/a/handler.ts', "import '#local/ok.ts';"],
  ['local-knows-no-functions', 'local/a.ts', "import '../functions/ok.ts';"],
  ['infra-by-path-only', 'infra/a.ts', "import '../functions/ok.ts';"],
  ['infra-by-path-only', 'infra/b.ts', "import '#shared/store/dynamodb/ok.ts';"],
  ['tables-are-data', 'shared/store/dynamodb/tables.ts', "import './ok.ts';"],
  ['cli-knows-no-infra', 'cli/a.ts', "import '../infra/ok.ts';"],
  ['product-knows-no-tests', 'local/b.ts', "import '../test/ok.ts';"],
  ['product-knows-no-tests', 'shared/store/a.ts', "import './ok.test.ts';"],
  ['product-needs-no-tools', 'shared/store/b.ts', "import 'fast-check';"],
  ['front-stays-light', 'shared/gateways/one/front.ts', "import './heavy.ts';"],
  ['no-unresolved', 'local/c.ts', "import './nowhere.ts';"],
  ['no-cycles', 'shared/store/c.ts', "import { d } from './d.ts';\nexport const c = () => d;"],
];

const ALLOWED: readonly (readonly [file: string, text: string])[] = [
  ['shared/store/d.ts', "import { c } from './c.ts';\nexport const d = () => c;"],
  ['shared/gateways/one/heavy.ts', "import 'zod';"],
  ['shared/consumer/c.ts', "import type { Ok } from '#shared/model/ok.ts';\nexport type T = Ok;"],
  ['shared/outbound/b.ts', "import '#shared/gateways/outbound.ts';\nimport 'node:https';"],
  ['shared/registry/c.ts', "import type { Ok } from '#shared/pipeline/ports.ts';\nexport type T = Ok;"],
  ['shared/model/d.ts', "import { createHash } from 'node:crypto';\ncreateHash('sha256');"],
  ['local/d.ts', "import '#shared/pipeline/ok.ts';\nimport '#shared/store/ok.ts';\nimport 'zod';"],
  ['infra/c.ts', "import '#shared/store/dynamodb/tables.ts';"],
  ['shared/store/ok.test.ts', "import 'fast-check';\nexport {};"],
  ...['model', 'gateways/two', 'registry', 'pipeline', 'store', 'store/dynamodb', 'outbound'].map((folder) =>
    okModule(`shared/${folder}/ok.ts`),
  ),
  ...[
    'shared/pipeline/ports.ts',
    'shared/gateways/outbound.ts',
    'local/ok.ts',
    'functions/ok.ts',
    'infra/ok.ts',
    'test/ok.ts',
  ].map(okModule),
];

function okModule(file: string): readonly [file: string, text: string] {
  return [file, 'export type Ok = 1;\nexport const ok = 1;'];
}

describe('boundaries', () => {
  const files = repositoryFiles();
  let real: Cruise;
  beforeAll(async () => {
    const folders = new Set(files.map((path) => path.split('/')[0]));
    real = await cruise(
      root,
      CRUISED.filter((folder) => folders.has(folder)),
    );
  });

  it('reads every module: a cruise of nothing finds nothing', () => {
    const sources = files.filter((path) => /[.]ts$/.test(path) && CRUISED.includes(path.split('/')[0] ?? ''));
    expect(sources.length).toBeGreaterThan(60);
    const read = new Set(real.modules);
    expect(sources.filter((path) => !read.has(path))).toEqual([]);
  });

  it('are kept', () => {
    expect(real.violations).toEqual([]);
  });
});

describe('planted violations', () => {
  const folder = mkdtempSync(join(tmpdir(), 'postrider-planted-'));
  let planted: Cruise;
  beforeAll(async () => {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    write('package.json', packageJson());
    for (const [, file, text] of PLANTED) write(file, text);
    for (const [file, text] of ALLOWED) write(file, text);
    planted = await cruise(folder, ['shared', 'functions', 'local', 'cli', 'infra', 'test']);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function write(file: string, text: string): void {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `${text}\n`);
  }

  it.each(PLANTED)('%s reports %s', (rule, file) => {
    expect(planted.violations.filter((line) => line.startsWith(`${rule}: ${file} → `))).toHaveLength(1);
  });

  it('reports nothing that is allowed', () => {
    const expected = new Set(PLANTED.map(([, file]) => file));
    const cycle = ['shared/store/d.ts'];
    const others = planted.violations.filter((line) => {
      const file = / (.+?) → /.exec(line)?.[1] ?? '';
      return !expected.has(file) && !cycle.includes(file);
    });
    expect(others).toEqual([]);
  });

  it('has one for every rule', async () => {
    const { default: config } = (await import(join(root, '.dependency-cruiser.cjs'))) as {
      default: { forbidden: readonly { name: string }[] };
    };
    const names = new Set(PLANTED.map(([rule]) => rule));
    expect(config.forbidden.map((rule) => rule.name).filter((name) => !names.has(name))).toEqual([]);
  });
});

function packageJson(): string {
  return JSON.stringify({
    type: 'module',
    imports: { '#shared/*.ts': './shared/*.ts', '#local/*.ts': './local/*.ts' },
    dependencies: { zod: '*' },
    devDependencies: { 'fast-check': '*' },
  });
}

describe('what receive loads before the answer', () => {
  const fronts = repositoryFiles().filter(
    (path) => /^shared\/gateways\/[^/]+\/front[.]ts$/.test(path) || path === 'functions/receive/handler.ts',
  );

  it('is found', () => {
    expect(fronts.length).toBeGreaterThan(0);
  });

  it.each(fronts)('%s brings neither zod nor an XML parser', async (front) => {
    const { metafile } = await build({
      entryPoints: [join(root, front)],
      absWorkingDir: root,
      bundle: true,
      write: false,
      metafile: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'silent',
    });
    const heavy = Object.keys(metafile.inputs).filter((path) => /node_modules\/(zod|fast-xml-parser)\//.test(path));
    expect(heavy).toEqual([]);
  });
});
