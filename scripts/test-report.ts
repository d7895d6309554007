/** What we read of vitest's JSON report. */
export interface TestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly success: boolean;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

export interface TestCount {
  readonly passed: number;
  readonly failed: number;
  /** A sentence for each failure that no single test stands for. */
  readonly notes: readonly string[];
}

/**
 * Counts tests so that no trouble is counted as nothing: no report, no test, a skipped test, a file that did not load,
 * an error outside of any test (`exitOk` false, though no test failed) are failures.
 */
export function countTests(report: TestReport | undefined, exitOk: boolean): TestCount {
  if (report === undefined) return { passed: 0, failed: 1, notes: ['vitest ended without a report.'] };
  const notes: string[] = [];
  const skipped = report.numPendingTests + report.numTodoTests;
  if (skipped > 0) notes.push(`${skipped} tests were skipped; a skipped test counts as failed.`);
  for (const file of report.testResults) {
    const broken = file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed');
    if (broken) notes.push(`${file.name} failed outside of its tests.`);
  }
  if (report.numPassedTests + report.numFailedTests === 0) notes.push('No test ran.');
  const counted = report.numFailedTests + notes.length;
  if ((!exitOk || !report.success) && counted === 0) notes.push('vitest failed outside of the tests; see above.');
  const fromSkipped = skipped > 0 ? skipped - 1 : 0;
  return { passed: report.numPassedTests, failed: report.numFailedTests + notes.length + fromSkipped, notes };
}
