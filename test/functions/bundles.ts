import { basename } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { bundleOptions } from '../../infra/constructs/bundle.ts';

export interface Bundle {
  readonly code: Uint8Array;
  readonly inputs: readonly string[];
  /** Bytes by package, or by folder of ours; the largest first. */
  readonly parts: readonly (readonly [name: string, bytes: number])[];
  /** What is read only when it is needed, a file each. */
  readonly later: readonly { readonly bytes: number; readonly inputs: readonly string[] }[];
}

/** An entry point exactly as it is deployed: what is read when it starts, without what is loaded only when it is needed. */
export async function bundleOf(folder: string): Promise<Bundle> {
  const { outputFiles = [], metafile } = await build({ ...bundleOptions(folder), sourcemap: false, metafile: true });
  if (metafile === undefined) throw new Error(`esbuild made nothing of functions/${folder}`);
  const started = startedWith(metafile);
  const code = outputFiles.filter(({ path }) => started.has(basename(path))).map(({ contents }) => contents);
  const outputs = Object.entries(metafile.outputs).filter(([path]) => started.has(basename(path)));
  return {
    code: Buffer.concat(code),
    inputs: [...new Set(outputs.flatMap(([, output]) => Object.keys(output.inputs)))],
    parts: partsOf(Object.fromEntries(outputs)),
    later: Object.entries(metafile.outputs)
      .filter(([path]) => !started.has(basename(path)))
      .map(([, { bytes, inputs }]) => ({ bytes, inputs: Object.keys(inputs) })),
  };
}

/** Names of the files that the entry point imports, directly or not, before anything is done. */
function startedWith({ outputs }: Metafile): Set<string> {
  const entry = Object.keys(outputs).find((path) => basename(path) === 'index.mjs');
  const open = entry === undefined ? [] : [entry];
  const found = new Set<string>();
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(basename(path))) continue;
    found.add(basename(path));
    open.push(
      ...(outputs[path]?.imports ?? []).filter(({ kind }) => kind === 'import-statement').map((one) => one.path),
    );
  }
  return found;
}

function partsOf(outputs: Metafile['outputs']): Bundle['parts'] {
  const bytes = new Map<string, number>();
  for (const [path, { bytesInOutput }] of Object.values(outputs).flatMap((output) => Object.entries(output.inputs))) {
    const name =
      /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(path)?.[1] ?? path.split('/').slice(0, 2).join('/');
    bytes.set(name, (bytes.get(name) ?? 0) + bytesInOutput);
  }
  return [...bytes].sort((a, b) => b[1] - a[1]);
}
