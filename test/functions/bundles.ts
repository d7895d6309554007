import { build, type Metafile } from 'esbuild';
import { bundleOptions } from '../../infra/constructs/bundle.ts';

export interface Bundle {
  readonly code: Uint8Array;
  readonly inputs: readonly string[];
  /** Bytes by package, or by folder of ours; the largest first. */
  readonly parts: readonly (readonly [name: string, bytes: number])[];
}

/** An entry point exactly as it is deployed. */
export async function bundleOf(folder: string): Promise<Bundle> {
  const { outputFiles = [], metafile } = await build({ ...bundleOptions(folder), sourcemap: false, metafile: true });
  const code = outputFiles[0]?.contents;
  if (code === undefined || metafile === undefined) throw new Error(`esbuild made nothing of functions/${folder}`);
  return { code, inputs: Object.keys(metafile.inputs), parts: partsOf(metafile) };
}

function partsOf({ outputs }: Metafile): Bundle['parts'] {
  const bytes = new Map<string, number>();
  for (const [path, { bytesInOutput }] of Object.values(outputs).flatMap((output) => Object.entries(output.inputs))) {
    const name =
      /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(path)?.[1] ?? path.split('/').slice(0, 2).join('/');
    bytes.set(name, (bytes.get(name) ?? 0) + bytesInOutput);
  }
  return [...bytes].sort((a, b) => b[1] - a[1]);
}
