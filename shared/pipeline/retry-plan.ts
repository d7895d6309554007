/** How parked deliveries are tried again. */
export interface RetryPlan {
  readonly firstPauseMs: number;
  readonly maxPauseMs: number;
  /** A cursor refused this often in a row waits for an operator (`dead`); nothing of it is dropped. */
  readonly deadAfterAttempts: number;
  /** Longest that one redelivery of a cursor may take before another may claim it. */
  readonly claimMs: number;
}

/** Growing pause before try number `attempts` + 1: doubled each time, up to the plan's longest. */
export function pauseMs(plan: RetryPlan, attempts: number): number {
  return Math.min(plan.maxPauseMs, plan.firstPauseMs * 2 ** Math.min(attempts, 30));
}
