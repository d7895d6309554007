import type { Clock } from '#shared/pipeline/ports.ts';
import type { RegistryStore, Subscription } from './records.ts';

/**
 * How long after a change of a subscription its filter is in force on AWS (model.md 5), and the longest that its queue and
 * its pause are not heeded by a batch that begins: `activationDelayMs` of the admin function.
 */
export const ACTIVATION_DELAY_MS = 60_000;
/**
 * How long a merchant's subscriptions are used without asking again. The 15 s between this and the delay cover what else
 * passes between the moment from which a filter counts and the moment at which everybody reads it: the write that is under
 * way (it is given that moment before it begins) and clocks that differ between admin, apply and relay.
 */
export const SUBSCRIPTIONS_LIFETIME_MS = 45_000;
/** Merchants remembered; beyond it the one read longest ago is forgotten. */
export const REMEMBERED_MERCHANTS = 5_000;

type SubscriptionReader = Pick<RegistryStore, 'subscriptionsOf'>;

interface Remembered {
  readonly rows: Promise<readonly Subscription[]>;
  /** When the read began: the rows are no older than this. */
  readonly readAtMs: number;
}

/**
 * The relay's subscriptions: a bounded cache before the registry, whose read must be consistent. Look-ups at the same
 * moment share one read; rejects as the registry does and then remembers nothing.
 *
 * A list with a paused subscription is not remembered: what is parked for a pause that has ended waits until somebody
 * resumes it again. Redelivery, which parks in the same way, reads the registry itself.
 */
export function createSubscriptionCache(registry: SubscriptionReader, clock: Clock): SubscriptionReader {
  const remembered = new Map<string, Remembered>();

  function read(merchantId: string, readAtMs: number): Promise<readonly Subscription[]> {
    const entry: Remembered = { rows: registry.subscriptionsOf(merchantId), readAtMs };
    const forget = () => {
      if (remembered.get(merchantId) === entry) remembered.delete(merchantId);
    };
    // Set anew, so that the first of the map is the one read longest ago.
    remembered.delete(merchantId);
    remembered.set(merchantId, entry);
    if (remembered.size > REMEMBERED_MERCHANTS) forgetOldest(remembered);
    entry.rows.then((rows) => {
      if (rows.some(({ paused }) => paused)) forget();
    }, forget);
    return entry.rows;
  }

  return {
    async subscriptionsOf(merchantId) {
      const nowMs = clock.now().getTime();
      const known = remembered.get(merchantId);
      const ageMs = nowMs - (known?.readAtMs ?? Number.NEGATIVE_INFINITY);
      const fresh = ageMs >= 0 && ageMs < SUBSCRIPTIONS_LIFETIME_MS;
      return known !== undefined && fresh ? known.rows : read(merchantId, nowMs);
    },
  };
}

function forgetOldest(remembered: Map<string, Remembered>): void {
  const oldest = remembered.keys().next().value;
  if (oldest !== undefined) remembered.delete(oldest);
}
