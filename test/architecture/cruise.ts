import { execFile } from 'node:child_process';
import { root } from './repository.ts';

/** The folders that `npm run check` cruises. */
export const CRUISED = ['shared', 'functions', 'local', 'cli', 'bench', 'infra', 'test'];

export interface Cruise {
  /** Paths of the modules that were read, relative to the cruised folder. */
  readonly modules: readonly string[];
  /** `rule: from → to`, sorted. */
  readonly violations: readonly string[];
}

interface CruiseOutput {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly violations: readonly {
      readonly rule: { readonly name: string };
      readonly from: string;
      readonly to: string;
    }[];
  };
}

/** Cruises `folders` of `cwd` with the rules of the repository. */
export async function cruise(cwd: string, folders: readonly string[]): Promise<Cruise> {
  const program = `${root}node_modules/.bin/depcruise`;
  const args = [program, '--config', `${root}.dependency-cruiser.cjs`, '--output-type', 'json', ...folders];
  const output = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, args, { cwd, maxBuffer: 1e9 }, (error, stdout, stderr) => {
      // The exit code is the number of violations; trouble is an output that is no JSON.
      if (stdout.startsWith('{')) resolve(stdout);
      else reject(new Error(`dependency-cruiser gave no report: ${stderr}`, { cause: error }));
    });
  });
  const { modules, summary } = JSON.parse(output) as CruiseOutput;
  return {
    modules: modules.map((module) => module.source),
    violations: summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`).sort(),
  };
}
