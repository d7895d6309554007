import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runStep } from './steps.ts';
import { countTests, type TestCount, type TestReport } from './test-report.ts';

/** What a shell of the operator happens to hold must not decide how the tests go, nor where they go. */
export function cleanEnvironment(): void {
  for (const name of Object.keys(process.env)) {
    if (/^(POSTRIDER_|AWS_|CDK_|VITEST)/.test(name)) Reflect.deleteProperty(process.env, name);
  }
  process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
  process.env['NO_COLOR'] = '1';
  Reflect.deleteProperty(process.env, 'FORCE_COLOR');
}

/** Runs vitest, its output shown as it comes, and counts what it reports; the notes are printed. */
export async function runVitest(args: readonly string[]): Promise<TestCount> {
  const folder = mkdtempSync(join(tmpdir(), 'postrider-test-'));
  const reportFile = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  const run = await runStep({ name: 'tests', command: 'vitest', args: ['run', ...reporters, ...args] }, true);
  const tests = countTests(readReport(reportFile), run.ok);
  rmSync(folder, { recursive: true, force: true });
  for (const note of tests.notes) console.log(note);
  return tests;
}

function readReport(file: string): TestReport | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as TestReport;
  } catch {
    return undefined;
  }
}
