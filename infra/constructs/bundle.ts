import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { type BuildOptions, buildSync } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** How an entry point is bundled: one ESM file with its own copy of the AWS SDK, which starts faster than Lambda's. */
export function bundleOptions(folder: string): BuildOptions {
  return {
    entryPoints: [join(root, 'functions', folder, 'handler.ts')],
    outfile: 'index.mjs',
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
 * Bundles functions/<folder>/handler.ts below `outdir`. The source map stays outside of what is uploaded
 * (`<outdir>/source-maps/<folder>-<release>.map`): in the zip it would be loaded with every cold start.
 */
export function bundledCode(outdir: string, folder: string): ProgramCode {
  const { outputFiles = [] } = buildSync(bundleOptions(folder));
  const output = (ending: string): Uint8Array => {
    const found = outputFiles.find((file) => file.path.endsWith(ending));
    if (found === undefined) throw new Error(`esbuild made no ${ending} of functions/${folder}`);
    return found.contents;
  };
  const program = output('index.mjs');
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const release = `${version}-${createHash('sha256').update(program).digest('hex').slice(0, 12)}`;
  const folders = { program: join(outdir, 'functions', folder), maps: join(outdir, 'source-maps') };
  for (const path of Object.values(folders)) mkdirSync(path, { recursive: true });
  writeFileSync(join(folders.program, 'index.mjs'), program);
  writeFileSync(join(folders.maps, `${folder}-${release}.map`), output('.map'));
  return { code: Code.fromAsset(folders.program), release };
}
