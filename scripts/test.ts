// `npm test`: every check and every test; ends with the one line `N passed, N failed`.
import { cleanEnvironment, runVitest } from './run-vitest.ts';
import { runChecks } from './steps.ts';

cleanEnvironment();
const checks = await runChecks();
const tests = await runVitest(process.argv.slice(2));

console.log('npm run test:aws was not part of this: DynamoDB itself and a real deployment are tested there.');
const failed = checks.failed + tests.failed;
console.log(`${checks.passed + tests.passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
