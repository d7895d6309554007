import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
/** All that a deployment reads. */
const COPIED = ['infra', 'functions', 'shared', 'scripts', 'cdk.json', 'package.json', 'package-lock.json'];
/** A tool that hangs is a failure, not a wait. */
const LIMIT_MS = 10 * 60_000;

export type StackOutputs = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A copy of the repository that is deployed with the real CDK CLI, and may be changed in between. */
export interface CdkProject {
  /** `cdk bootstrap` of one account and region. */
  bootstrap(where: string): Promise<void>;
  /** Both stacks of the environment; what they output. */
  deploy(env: string): Promise<StackOutputs>;
  destroy(env: string): Promise<void>;
  /** Rewrites one file of the copy. */
  edit(file: string, change: (text: string) => string): void;
  remove(): void;
}

export function copyProject(env: Readonly<Record<string, string>>): CdkProject {
  const folder = mkdtempSync(join(tmpdir(), 'postrider-deployment-'));
  const project = join(folder, 'project');
  for (const name of COPIED) cpSync(join(ROOT, name), join(project, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(project, 'node_modules'));
  const home = join(folder, 'home');
  mkdirSync(home);
  const cdk = (cwd: string, ...args: string[]) => runCdk(cwd, { ...env, HOME: home, TMPDIR: folder }, args);
  return {
    // In an empty folder: inside the project the CLI would synthesize the stacks for nothing.
    bootstrap: (where) => cdk(home, 'bootstrap', where),
    deploy: async (name) => {
      const file = join(folder, 'outputs.json');
      await cdk(project, 'deploy', '--all', '-c', `env=${name}`, '--require-approval', 'never', '--outputs-file', file);
      return JSON.parse(readFileSync(file, 'utf8')) as StackOutputs;
    },
    destroy: (name) => cdk(project, 'destroy', '--all', '--force', '-c', `env=${name}`),
    edit: (file, change) => {
      const path = join(project, file);
      writeFileSync(path, change(readFileSync(path, 'utf8')));
    },
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

function runCdk(cwd: string, env: Readonly<Record<string, string>>, args: readonly string[]): Promise<void> {
  const cli = join(ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  const child = spawn(process.execPath, [cli, ...args, '--progress', 'events'], {
    cwd,
    env: {
      PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      CI: 'true',
      NO_COLOR: '1',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
  });
  let said = '';
  const keep = (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-20_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`cdk ${args.join(' ')} ended with ${code ?? signal}:\n${said}`));
    });
  });
}
