import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureSchemathesis } from '../../scripts/test-aws-tools.ts';

const HOOKS = join(import.meta.dirname, 'hooks.py');
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
  'unsupported_method',
  'ignored_auth',
  'well_formed_is_taken',
];
/** The program itself names the folder in which its environment was made. */
const COMMAND = 'from schemathesis.cli import schemathesis; schemathesis()';
const DOCUMENT = 'openapi.json';
const SEED = 20_260_115;
/** A run that hangs is a failure, not a wait. */
const LIMIT_MS = 150_000;

export interface Run {
  /** Of the home's admin API. */
  readonly api: string;
  readonly token: string;
  /** For files of the run. */
  readonly folder: string;
  /** `all`: also requests that the document does not allow. */
  readonly mode: 'positive' | 'all';
  readonly phases: readonly ('examples' | 'coverage' | 'fuzzing')[];
  /** Of each operation, in `fuzzing`. */
  readonly examples: number;
  /** Values that most requests use, by `path.<name>` or `query.<name>`. */
  readonly known?: Readonly<Record<string, readonly string[]>>;
  readonly leaveOut?: readonly string[];
}

export interface Outcome {
  readonly ok: boolean;
  readonly operations: number;
  readonly cases: number;
  /** What it printed. */
  readonly text: string;
}

/** Drives every operation of the home's own document, always with the same requests. */
export async function runSchemathesis(run: Run): Promise<Outcome> {
  const folder = join(import.meta.dirname, '..', '..', '.cache', 'test-aws');
  const machine = { folder, path: process.env['PATH'] ?? '', say: (text: string) => console.log(text) };
  const python = process.env['POSTRIDER_TEST_SCHEMATHESIS'] ?? (await ensureSchemathesis(machine));
  const config = join(run.folder, 'schemathesis.toml');
  // From a file: the operation that a document is loaded from is left out.
  writeFileSync(join(run.folder, DOCUMENT), await (await fetch(`${run.api}/openapi.json`)).text());
  writeFileSync(config, configOf(run));
  const text = await say(python, ['-c', COMMAND, '--config-file', config, ...argumentsOf(run)], run);
  return {
    ok: /^=+ No issues found in /m.test(text) || /^=+ \d+ warnings? in /m.test(text),
    operations: Number(/^ *Tested: (\d+)$/m.exec(text)?.[1] ?? 0),
    cases: Number(/^ *(\d+) generated/m.exec(text)?.[1] ?? 0),
    text,
  };
}

function argumentsOf({ api, mode, phases, examples, leaveOut = [] }: Run): readonly string[] {
  return [
    ...['run', DOCUMENT, '--url', api, '--mode', mode, '--phases', phases.join(), '--max-examples', String(examples)],
    ...['--checks', CHECKS.join(), '--seed', String(SEED), '--workers', '1'],
    ...['--continue-on-failure', '--no-shrink', '--suppress-health-check', 'all', '--no-color', '--warnings', 'off'],
    ...['--generation-database', 'none', '--request-timeout', '20'],
    ...leaveOut.flatMap((id) => ['--exclude-operation-id', id]),
  ];
}

/** The token goes by the environment: arguments are for all to see. */
function configOf({ known = {} }: Run): string {
  const names = Object.entries(known);
  return [
    '[headers]',
    `Authorization = "Bearer \${CONTRACT_TOKEN}"`,
    ...names.flatMap(([name, values]) => [`[dictionaries."${name}"]`, `values = ${JSON.stringify(values)}`]),
    '[parameters]',
    ...names.map(([name]) => `"${name}" = { dictionary = "${name}", probability = 0.9 }`),
    '',
  ].join('\n');
}

function say(python: string, args: readonly string[], { token, folder }: Run): Promise<string> {
  const child = spawn(python, args, {
    cwd: folder,
    env: {
      ...{ PATH: process.env['PATH'] ?? '', HOME: folder, PYTHONDONTWRITEBYTECODE: '1', PYTHONUTF8: '1' },
      ...{ SCHEMATHESIS_HOOKS: HOOKS, CONTRACT_TOKEN: token },
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  let text = '';
  const keep = (chunk: Buffer) => {
    text += chunk.toString();
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve(text));
  });
}
