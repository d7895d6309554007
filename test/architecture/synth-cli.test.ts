import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { root } from './repository.ts';
import { synthesize } from './synth-fixture.ts';

const { withBothStacks } = createRequire(import.meta.url)('../../infra/one-command.cjs') as {
  withBothStacks(args: readonly string[]): readonly string[] | undefined;
};
const folder = mkdtempSync(join(tmpdir(), 'postrider-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly said: string;
}

/** The CDK's own command line in the repository, as an operator without credentials and without a network has it. */
function cdk(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const nowhere = 'http://127.0.0.1:1';
    const env = {
      PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
      HOME: folder,
      AWS_EC2_METADATA_DISABLED: 'true',
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      HTTPS_PROXY: nowhere,
      HTTP_PROXY: nowhere,
      NO_COLOR: '1',
    };
    const command = [join(root, 'node_modules/aws-cdk/bin/cdk'), '--no-notices', ...args];
    execFile(process.execPath, command, { cwd: root, env, maxBuffer: 1e9 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), said: `${stdout}${stderr}` });
    });
  });
}

describe('the command line', () => {
  it('synthesizes prod offline, functions and all', async () => {
    const { code, said } = await cdk('synth', '--quiet', '-c', 'env=prod', '-o', join(folder, 'prod'));
    expect(said).not.toMatch(/warning|error/i);
    expect(code).toBe(0);
    const made = readdirSync(join(folder, 'prod')).filter((name) => name.endsWith('.template.json'));
    expect(made.sort()).toEqual(['postrider-prod-data.template.json', 'postrider-prod.template.json']);
  });

  it('says which environments there are', async () => {
    const { code, said } = await cdk('synth', '--quiet', '-c', 'env=live', '-o', join(folder, 'live'));
    expect(code).not.toBe(0);
    expect(said).toContain('-c env is "live"; allowed: dev, staging, prod. Say for example: npx cdk deploy -c env=dev');
  });

  it('deploys both stacks where none is named: it gets as far as the credentials', async () => {
    const { directory } = synthesize('dev').app.synth();
    const { code, said } = await cdk('deploy', '-a', directory, '-c', 'env=dev');
    expect(said).toContain('both are deployed');
    expect(said).not.toContain('more than a single stack');
    expect(said).toMatch(/Unable to resolve AWS account|credentials/);
    expect(code).not.toBe(0);
  });
});

describe('one command', () => {
  it.each([
    ['deploy -c env=dev'],
    ['-c env=dev deploy'],
    ['deploy --context env=dev --require-approval never --no-rollback'],
    ['deploy -c env=dev -O outputs.json -v'],
  ])('%s means both stacks', (line) => {
    const args = line.split(' ');
    expect(withBothStacks(args)).toEqual([...args, '--all']);
  });

  it.each([
    ['deploy postrider-dev -c env=dev'],
    ['deploy -c env=dev postrider-dev-data'],
    ['deploy --all -c env=dev'],
    ['deploy --help'],
    ['destroy -c env=dev'],
    ['synth -c env=dev'],
    ['bootstrap aws://111122223333/eu-central-1'],
    ['--version'],
  ])('%s is left as it is', (line) => {
    expect(withBothStacks(line.split(' '))).toBeUndefined();
  });
});
