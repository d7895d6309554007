// `npm test`: every check and every test; ends with the one line `N passed, N failed`.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChecks, runStep } from './steps.ts';
import { countTests, type TestReport } from './test-report.ts';

// What a shell of the operator happens to hold must not decide how the tests go.
for (const name of Object.keys(process.env)) {
  if (/^(POSTRIDER_|AWS_|VITEST)/.test(name)) Reflect.deleteProperty(process.env, name);
}
process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
process.env['NO_COLOR'] = '1';
Reflect.deleteProperty(process.env, 'FORCE_COLOR');

const checks = await runChecks();

const folder = mkdtempSync(join(tmpdir(), 'postrider-test-'));
const reportFile = join(folder, 'report.json');
const args = [
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${reportFile}`,
  ...process.argv.slice(2),
];
const run = await runStep({ name: 'tests', command: 'vitest', args }, true);
const tests = countTests(readReport(), run.ok);
rmSync(folder, { recursive: true, force: true });

for (const note of tests.notes) console.log(note);
console.log('Nothing of AWS was part of this: it ran on this machine alone, with the embedded home.');
const failed = checks.failed + tests.failed;
console.log(`${checks.passed + tests.passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function readReport(): TestReport | undefined {
  try {
    return JSON.parse(readFileSync(reportFile, 'utf8')) as TestReport;
  } catch {
    return undefined;
  }
}
