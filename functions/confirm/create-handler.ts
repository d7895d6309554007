import middy from '@middy/core';
import type { Context, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { add, type ConfirmReport, confirmDue, confirmThese } from '#shared/pipeline/confirm.ts';
import type { ConfirmDeps, ConfirmOutcome } from '#shared/pipeline/confirm-deps.ts';
import type { ConfirmRequest } from '#shared/pipeline/ports.ts';
import type { HorizonOutcome } from '#shared/pipeline/reconcile-hooks.ts';
import { describeTrouble } from '#shared/platform/describe-trouble.ts';
import type { MetricName } from '#shared/platform/metrics.ts';
import { type Observer, observed } from '#shared/platform/observer.ts';

export interface ConfirmHandlerDeps extends Omit<ConfirmDeps, 'onHorizon' | 'onDrift' | 'trouble'> {
  /** What becomes of a question whose horizon has passed (reconcile-hooks.ts). */
  readonly concludeAtHorizon: (request: ConfirmRequest) => Promise<HorizonOutcome>;
  /** The question in a stream record of the delivery table; undefined for any other item. */
  readonly questionOfRecord: (record: DynamoDBRecord) => ConfirmRequest | undefined;
  /** When the next question is due (ISO); undefined: none waits. */
  readonly nextQuestionAt: () => Promise<string | undefined>;
  readonly pause: (ms: number) => Promise<unknown>;
  /** No question is begun when only so much time is left. */
  readonly settleMs: number;
  readonly observer: Observer;
}

type Event = Partial<DynamoDBStreamEvent>;
type Clocked = Pick<Context, 'getRemainingTimeInMillis'>;

/**
 * Lambda entry point of two triggers: new questions in the stream of the delivery table are asked at once; the minute's
 * schedule asks what is due, and waits in between for turns that come while its time lasts. What the stream's call leaves
 * is the schedule's: nothing of a batch comes again.
 */
export function createHandler(deps: ConfirmHandlerDeps) {
  const { observer } = deps;
  async function handle(event: Event, context: Clocked): Promise<ConfirmReport> {
    const asking = observedDeps(deps);
    const isOver = () => context.getRemainingTimeInMillis() <= deps.settleMs;
    const questions = event.Records?.flatMap((record) => deps.questionOfRecord(record) ?? []);
    const report =
      questions === undefined
        ? await rounds(deps, asking, isOver, context)
        : await confirmThese(asking, questions, isOver);
    note(observer, report);
    return report;
  }
  return middy<Event, ConfirmReport>().use(observed(observer)).handler(handle);
}

async function rounds(
  deps: ConfirmHandlerDeps,
  asking: ConfirmDeps,
  isOver: () => boolean,
  context: Clocked,
): Promise<ConfirmReport> {
  const total: Parameters<typeof add>[0] = {};
  while (!isOver()) {
    const next = await deps.nextQuestionAt();
    if (next === undefined) return total;
    const waitMs = Math.max(0, Date.parse(next) - deps.clock.now().getTime());
    if (waitMs >= context.getRemainingTimeInMillis() - deps.settleMs) return total;
    if (waitMs > 0) await deps.pause(waitMs);
    const report = await confirmDue(asking, isOver);
    add(total, report);
    // Others are at the same questions, the index is late, or our stores are in trouble: not in a circle.
    if (Object.keys(report).length === 0) await deps.pause(EMPTY_ROUND_MS);
  }
  return total;
}

const EMPTY_ROUND_MS = 1_000;

function observedDeps(deps: ConfirmHandlerDeps): ConfirmDeps {
  const { observer } = deps;
  return {
    ...deps,
    async onHorizon(request) {
      if ((await deps.concludeAtHorizon(request)) !== 'over') observer.measure('PaymentsUnresolved', 1);
    },
    onDrift(request, drifts) {
      if (drifts.length === 0) return;
      observer.measure('ReconcileDrift', 1);
      const { connectorId, about } = request;
      observer.error('the gateway says otherwise', { connectorId, about, what: drifts.map(({ what }) => what) });
    },
    trouble: (error) => observer.error('a question was not asked', describeTrouble(error)),
  };
}

/** What the gateway was asked, whatever it said. */
const ASKED = [
  ...(['answered', 'pending', 'not_found', 'not_allowed'] as const),
  ...(['rate_limited', 'down', 'malformed', 'foreign'] as const),
] as const;

function note(observer: Observer, report: ConfirmReport): void {
  const measure = (name: MetricName, outcomes: readonly ConfirmOutcome[]) => {
    const count = outcomes.reduce((sum, outcome) => sum + (report[outcome] ?? 0), 0);
    if (count > 0) observer.measure(name, count);
  };
  measure('ConfirmationsAsked', ASKED);
  measure('ConfirmationsAnswered', ['answered']);
  measure('ConfirmationsNotAllowed', ['not_allowed']);
  measure('ConfirmationsFailed', ['malformed', 'foreign']);
  measure('ConfirmationsDelayed', ['rate_limited', 'down']);
  if (Object.keys(report).length > 0) observer.summary('confirmed', report);
}
