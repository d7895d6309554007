import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { type NotDone, type ReconcileDeps, type ReconcileReport, reconcile } from '#shared/pipeline/reconcile.ts';
import { type Observer, observed } from '#shared/platform/observer.ts';

export interface ReconcileHandlerDeps extends ReconcileDeps {
  /** Nothing more is begun when only so much time is left. */
  readonly settleMs: number;
  readonly observer: Observer;
}

/** Lines of one run; the metric counts all. */
const MOST_LINES = 20;

/** Lambda entry point of the minute's schedule: puts the questions that no callback gives rise to, and tells what was not done. */
export function createHandler(deps: ReconcileHandlerDeps) {
  const { observer, settleMs } = deps;
  async function handle(
    _event: unknown,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<Omit<ReconcileReport, 'notDone'> & { readonly notDone: number }> {
    const report = await reconcile(deps, () => context.getRemainingTimeInMillis() <= settleMs);
    const { overdue, spans, sampled, cut } = report;
    const counts = { overdue, spans, sampled, notDone: tell(observer, report), cut };
    if (overdue + spans + sampled + counts.notDone > 0 || cut) observer.summary('reconciled', counts);
    return counts;
  }
  return middy<unknown, Awaited<ReturnType<typeof handle>>>().use(observed(observer)).handler(handle);
}

/** A gateway's API that nobody gave credentials for is no trouble: callbacks come all the same. */
function isTrouble({ code }: NotDone): boolean {
  return code !== 'not_configured';
}

/** How much was not done that should have been. */
function tell(observer: Observer, { notDone }: ReconcileReport): number {
  const trouble = notDone.filter(isTrouble);
  for (const { connectorId, code, why } of trouble.slice(0, MOST_LINES)) {
    observer.error('a gateway was not read to the end', { connectorId, code, why });
  }
  if (trouble.length > 0) observer.measure('ReconcileNotDone', trouble.length);
  return trouble.length;
}
