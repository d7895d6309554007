import type { GatewaySettings } from '#shared/gateways/gateway-settings.ts';
import { membersOf } from './members.ts';
import type { Connector } from './records.ts';

export type Readiness =
  | { readonly ready: true }
  /** JSON pointers of what is missing. */
  | { readonly ready: false; readonly missing: readonly string[] };

/** What stands at `/gateway` where this release has no adapter. */
const NO_ADAPTER = 'no adapter in this release';

/**
 * Whether callbacks can be judged: what the row says is missing, and whether there is an adapter. `adapters` may be any
 * table by gateway name. Light: `receive` asks it for every callback.
 */
export function readinessOf(
  connector: Pick<Connector, 'gateway' | 'missing'>,
  adapters: Readonly<Record<string, unknown>>,
): Readiness {
  const missing = [...(Object.hasOwn(adapters, connector.gateway) ? [] : ['/gateway']), ...(connector.missing ?? [])];
  return missing.length === 0 ? { ready: true } : { ready: false, missing };
}

/** One line for the operator. */
export function describeMissing(missing: readonly string[]): string {
  return missing.map((pointer) => (pointer === '/gateway' ? `${pointer} (${NO_ADAPTER})` : pointer)).join(', ');
}

/**
 * Of the pointers that a gateway needs under these settings, those that are not set. A connector with members may have no secret of its own:
 * theirs prove its callbacks.
 */
export function missingOf(
  connector: Pick<Connector, 'settings' | 'secretNames'>,
  { needed, notNeeded }: Pick<GatewaySettings, 'needed' | 'notNeeded'>,
): readonly string[] {
  const hasMembers = membersOf(connector).length > 0;
  const without = notNeeded?.(connector.settings) ?? [];
  return needed.filter((pointer) => {
    if (without.includes(pointer)) return false;
    const [, root, name = ''] = pointer.split('/');
    if (root === 'settings') return isEmpty(connector.settings[name]);
    return !hasMembers && !connector.secretNames.includes(name);
  });
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}
