import { type ChildProcess, spawn } from 'node:child_process';

/** One check of `npm run check`: a tool, its arguments, what it is called in the output. */
export interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** The checks that look at the code without running it, in the order in which they run. */
export const CHECKS: readonly Step[] = [
  { name: 'lint and format', command: 'biome', args: ['check', '--error-on-warnings', '--max-diagnostics=200', '.'] },
  { name: 'types', command: 'tsc', args: ['-p', 'tsconfig.json'] },
  {
    name: 'boundaries',
    command: 'depcruise',
    args: ['--config', '.dependency-cruiser.cjs', 'shared', 'functions', 'local', 'cli', 'bench', 'infra', 'test'],
  },
  { name: 'dead code', command: 'knip', args: ['--no-progress', '--treat-config-hints-as-errors'] },
];

export interface StepResult {
  readonly ok: boolean;
  readonly seconds: number;
}

/** A tool that hangs is a failure, not a wait. */
const LIMIT_MS = 30 * 60_000;

let running: ChildProcess | undefined;

// npm may be the only one that was told to stop: the tool must not go on alone.
process.once('SIGTERM', () => {
  running?.kill('SIGTERM');
  process.exit(143);
});

/** Runs a tool of node_modules/.bin. Its output is shown when it fails; `live` shows it as it comes. */
export async function runStep(step: Step, live = false): Promise<StepResult> {
  const began = performance.now();
  let output = '';
  const code = await new Promise<number | null>((resolve) => {
    const child = spawn(step.command, [...step.args], { stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS });
    running = child;
    const take = (chunk: Buffer): void => {
      if (live) process.stdout.write(chunk);
      else output += chunk.toString();
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', (error) => {
      output += `${step.command} could not be started: ${error.message}\n`;
      resolve(null);
    });
    child.on('close', (exitCode) => {
      if (performance.now() - began >= LIMIT_MS)
        output += `${step.command} was stopped after ${LIMIT_MS / 60_000} minutes\n`;
      resolve(exitCode);
    });
  });
  const ok = code === 0;
  const seconds = (performance.now() - began) / 1000;
  if (!ok) process.stdout.write(output);
  console.log(`${ok ? 'ok    ' : 'FAILED'}  ${step.name} (${seconds.toFixed(1)} s)`);
  return { ok, seconds };
}

/** Runs all checks, the failing ones shown; a failure does not keep the next from running. */
export async function runChecks(): Promise<{ readonly passed: number; readonly failed: number }> {
  let passed = 0;
  for (const step of CHECKS) if ((await runStep(step)).ok) passed += 1;
  return { passed, failed: CHECKS.length - passed };
}
