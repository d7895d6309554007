// `npm run test:aws [-- <vitest filters>]`: the tests that need an engine of AWS, DynamoDB Local (Java) and ministack
// (Python), and the contract test, schemathesis (Python). Brings all into .cache/test-aws itself; ends with the one line
// `N passed, N failed`.
import { fileURLToPath } from 'node:url';
import { cleanEnvironment, runVitest } from './run-vitest.ts';
import { ensureJava, ensureMinistack, ensureSchemathesis, type Machine, MissingTool } from './test-aws-tools.ts';

const machine: Machine = {
  folder: fileURLToPath(new URL('../.cache/test-aws', import.meta.url)),
  path: process.env['PATH'] ?? '',
  say: (text) => console.log(text),
};

cleanEnvironment();
const ready = await setUp();
const { passed, failed } = ready
  ? await runVitest(['--config', 'vitest.aws.config.ts', ...process.argv.slice(2)])
  : { passed: 0, failed: 1 };
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function setUp(): Promise<boolean> {
  try {
    process.env['POSTRIDER_TEST_PYTHON'] = await ensureMinistack(machine);
    process.env['POSTRIDER_TEST_SCHEMATHESIS'] = await ensureSchemathesis(machine);
    process.env['POSTRIDER_TEST_JAVA'] = await ensureJava(machine);
    return true;
  } catch (error) {
    if (!(error instanceof MissingTool)) throw error;
    console.log(error.message);
    return false;
  }
}
