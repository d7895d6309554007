// `npm run bench:cold`: how long the bundle of `receive` takes from the start of a process to its first answer, against one
// that only holds the DynamoDB client. Fresh processes in turn, medians; `--rounds=30`, `--full-chain` for the SDK's own search
// for credentials in the place of Lambda's.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type BuildOptions, build } from 'esbuild';
import { bundleOptions } from '../infra/constructs/bundle.ts';
import { callbackEvent, environmentWith, sealedConnector } from './cold-start/account.ts';
import { startStub } from './cold-start/aws-stub.ts';

const ROUNDS = Number(process.argv.find((one) => one.startsWith('--rounds='))?.slice('--rounds='.length) ?? 15);
const FULL_CHAIN = process.argv.includes('--full-chain');
const run = promisify(execFile);
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

interface Variant {
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
  readonly loads: number[];
  readonly totals: number[];
  readonly cpus: number[];
}

const folder = mkdtempSync(join(tmpdir(), 'postrider-cold-'));
const dataKey = randomBytes(32);
const stub = await startStub(await sealedConnector(dataKey), dataKey);
try {
  const variants = await Promise.all([
    variant('control, ESM', here('cold-start/control.ts'), 'esm'),
    variant('receive, ESM', here('../functions/receive/handler.ts'), 'esm'),
    variant('control, CJS', here('cold-start/control.ts'), 'cjs'),
    variant('receive, CJS', here('../functions/receive/handler.ts'), 'cjs'),
  ]);
  for (let round = 0; round <= ROUNDS; round++) {
    // Round 0 warms the disk's cache. Each round begins with another variant.
    for (let i = 0; i < variants.length; i++) {
      const one = variants[(i + round) % variants.length];
      if (one !== undefined) await measure(one, round > 0);
    }
  }
  report(variants);
} finally {
  stub.close();
  rmSync(folder, { recursive: true, force: true });
}

async function variant(name: string, entry: string, format: 'esm' | 'cjs'): Promise<Variant> {
  const outdir = join(folder, name.replaceAll(/\W+/g, '-'));
  const { alias, ...deployed } = bundleOptions('receive');
  const options: BuildOptions = {
    ...deployed,
    ...(FULL_CHAIN || alias === undefined ? {} : { alias }),
    entryPoints: [entry],
    outdir,
    format,
    sourcemap: false,
    ...(format === 'cjs' && { banner: {}, splitting: false, outExtension: { '.js': '.cjs' } }),
  };
  const files = (await build(options)).outputFiles ?? [];
  mkdirSync(outdir);
  for (const { path, contents } of files) writeFileSync(join(outdir, basename(path)), contents);
  const file = join(outdir, format === 'esm' ? 'index.mjs' : 'index.cjs');
  const bytes = files.reduce((sum, { contents }) => sum + contents.byteLength, 0);
  return { name, file, bytes, loads: [], totals: [], cpus: [] };
}

async function measure(one: Variant, counts: boolean): Promise<void> {
  const env = { ...environmentWith(stub.endpoint), BENCH_EVENT: JSON.stringify(callbackEvent(1)) };
  const { stdout } = await run(process.execPath, [here('cold-start/run-once.mjs'), one.file], { env });
  const said = JSON.parse(stdout) as {
    readonly [Name in 'statusCode' | 'begun' | 'loaded' | 'done' | 'cpu']: number;
  } & { readonly body: string };
  if (said.statusCode !== 200 || said.body !== 'OK') throw new Error(`${one.name} answered ${stdout}`);
  if (!counts) return;
  one.loads.push(said.loaded - said.begun);
  one.totals.push(said.done);
  one.cpus.push(said.cpu);
}

function report(variants: readonly Variant[]): void {
  console.log(`${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}, ${ROUNDS} fresh processes each`);
  console.log('| bundle | bytes | load, ms | start to first answer, ms | to control | processor, ms | to control |');
  console.log('|---|---|---|---|---|---|---|');
  for (const { name, bytes, loads, totals, cpus: used } of variants) {
    const control = variants.find((other) => other.name === name.replace('receive', 'control'));
    const ratio = (ours: readonly number[], theirs: readonly number[] = ours) =>
      (median(ours) / median(theirs)).toFixed(2);
    const columns = [name, bytes, median(loads).toFixed(1), median(totals).toFixed(1), ratio(totals, control?.totals)];
    console.log(`| ${[...columns, median(used).toFixed(1), ratio(used, control?.cpus)].join(' | ')} |`);
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
