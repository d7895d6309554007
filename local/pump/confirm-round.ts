import type { LedgerDatabase } from '#local/store/ledger-database.ts';
import type { Gateway } from '#shared/gateways/gateway.ts';
import type { OutboundClient } from '#shared/gateways/outbound.ts';
import { createAccessTokens } from '#shared/outbound/access-tokens.ts';
import { type ConfirmReport, confirmDue } from '#shared/pipeline/confirm.ts';
import type { ConfirmDeps } from '#shared/pipeline/confirm-deps.ts';
import type { Clock, InboxStore } from '#shared/pipeline/ports.ts';
import { concludeAtHorizon, isExpectedFound } from '#shared/pipeline/reconcile-hooks.ts';
import type { SecretBox } from '#shared/registry/records.ts';
import { nextTurn } from './pump-loop.ts';

export interface ConfirmRoundDeps {
  readonly stores: Pick<LedgerDatabase, 'ledger' | 'delivery' | 'registry'>;
  readonly inbox: Pick<InboxStore, 'put' | 'get'>;
  readonly secrets: Pick<SecretBox, 'open'>;
  readonly outbound: OutboundClient;
  readonly gateways: Readonly<Record<string, Gateway>>;
  readonly clock: Clock;
  readonly trouble: (error: unknown) => void;
  /** Takes a line that an operator should see. */
  readonly tell: (line: string) => void;
}

export interface ConfirmRound {
  /** Asks what is due; how many questions moved. */
  readonly confirm: (isOver: () => boolean) => Promise<number>;
  /** When the next question is due, in milliseconds from now; undefined: none waits. */
  readonly nextMs: () => Promise<number | undefined>;
}

/** Ended questions are looked for once in so long, and so many are deleted in one commit. */
const PURGE_EACH_MS = 3_600_000;
const PURGED_AT_ONCE = 200;

/** Asking gateways in the embedded home; what an operator has to hear of is told where other trouble is. */
export function createConfirmRound(deps: ConfirmRoundDeps): ConfirmRound {
  const { stores, clock, tell } = deps;
  const { delivery } = stores;
  const asking = askingDeps(deps);
  let purgedAtMs = Number.NEGATIVE_INFINITY;

  async function purge(isOver: () => boolean): Promise<void> {
    const now = clock.now();
    if (now.getTime() - purgedAtMs < PURGE_EACH_MS) return;
    purgedAtMs = now.getTime();
    while (!isOver() && (await delivery.purgeConfirmations(now.toISOString(), PURGED_AT_ONCE)) > 0) await nextTurn();
  }

  return {
    async confirm(isOver) {
      const report = await confirmDue(asking, isOver);
      const told = forOperators(report);
      if (told !== '') tell(`gateways that were asked gave no answer (${told}): see GET /confirmations`);
      await purge(isOver);
      return Object.values(report).reduce((sum, count) => sum + count, 0);
    },
    async nextMs() {
      const at = await delivery.nextQuestionAt();
      return at === undefined ? undefined : Math.max(0, Date.parse(at) - clock.now().getTime());
    },
  };
}

function askingDeps({
  stores,
  inbox,
  secrets,
  outbound,
  gateways,
  clock,
  trouble,
  tell,
}: ConfirmRoundDeps): ConfirmDeps {
  const { ledger, registry, delivery } = stores;
  return {
    ...{ registry, ledger, inbox, secrets, gateways, clock, http: outbound, trouble },
    delivery: {
      ...delivery,
      // The stores answer in the same turn of the event loop: many questions in a row would hold up everything else.
      async claimConfirmation(...claim) {
        await nextTurn();
        return delivery.claimConfirmation(...claim);
      },
      async updateConfirmation(...update) {
        await nextTurn();
        return delivery.updateConfirmation(...update);
      },
    },
    tokens: createAccessTokens({ now: () => clock.now() }),
    onHorizon: (request) => concludeAtHorizon({ ledger, inbox, registry, clock }, request),
    isExpectedFound: (request) => isExpectedFound({ ledger }, request),
    onDrift({ connectorId, about }, drifts) {
      const id = about.type === 'subject' ? `${about.subject.type}/${about.subject.id}` : about.type;
      if (drifts.length === 0) return;
      const what = drifts.map((drift) => drift.what).join(' and ');
      tell(`connector ${connectorId}: the gateway has another ${what} of ${id} than we had; its answer is applied`);
    },
  };
}

function forOperators(report: ConfirmReport): string {
  return (['not_allowed', 'malformed', 'foreign'] as const)
    .filter((outcome) => report[outcome] !== undefined)
    .map((outcome) => `${report[outcome]} ${outcome}`)
    .join(', ');
}
