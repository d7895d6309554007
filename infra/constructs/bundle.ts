import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { type BuildOptions, buildSync } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * How an entry point is bundled: ESM with its own copy of the AWS SDK, which starts faster than Lambda's. What is imported
 * when it is needed (one gateway's adapter, a way out to its certificates) is a file of its own, read only then.
 */
export function bundleOptions(folder: string): BuildOptions {
  return {
    entryPoints: [join(root, 'functions', folder, 'handler.ts')],
    outdir: 'out',
    entryNames: 'index',
    chunkNames: '[name]-[hash]',
    outExtension: { '.js': '.mjs' },
    splitting: true,
    absWorkingDir: root,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    mainFields: ['module', 'main'],
    // A third of the bundle: ways to find credentials that Lambda has no use for.
    alias: { '@aws-sdk/credential-provider-node': join(root, 'shared/platform/lambda-credentials.ts') },
    // Bundled CommonJS packages still call `require` for what Node has built in.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    sourcemap: 'external',
    write: false,
    legalComments: 'none',
    logLevel: 'warning',
  };
}

/** What a function runs, and the name of this very code: the package's version and a digest of the bundle. */
export interface ProgramCode {
  readonly code: Code;
  readonly release: string;
}

/** Where a function's code comes from: tests of the stack need no bundles. */
export type CodeOf = (folder: string) => ProgramCode;

/**
 * Bundles functions/<folder>/handler.ts below `outdir`. Source maps stay outside of what is uploaded
 * (`<outdir>/source-maps/<folder>-<release>/`): in the zip they would be loaded with every cold start.
 */
export function bundledCode(outdir: string, folder: string): ProgramCode {
  const { outputFiles = [] } = buildSync(bundleOptions(folder));
  const files = outputFiles.map(({ path, contents }) => ({ name: basename(path), contents }));
  const program = files.filter(({ name }) => name.endsWith('.mjs'));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const digest = createHash('sha256');
  for (const { contents } of program.toSorted((a, b) => (a.name < b.name ? -1 : 1))) digest.update(contents);
  const release = `${version}-${digest.digest('hex').slice(0, 12)}`;
  const folders = {
    program: join(outdir, 'functions', folder),
    maps: join(outdir, 'source-maps', `${folder}-${release}`),
  };
  // Names of parts hold their digest: those of an earlier build would stay.
  rmSync(folders.program, { recursive: true, force: true });
  for (const path of Object.values(folders)) mkdirSync(path, { recursive: true });
  for (const { name, contents } of files) {
    writeFileSync(join(name.endsWith('.mjs') ? folders.program : folders.maps, name), contents);
  }
  return { code: Code.fromAsset(folders.program), release };
}
