import type { FieldProblem, Gateway, SettingsCheck } from '#shared/gateways/gateway.ts';
import { GATEWAY_NAMES } from '#shared/gateways/gateway-names.ts';
import type { GatewaySettings } from '#shared/gateways/gateway-settings.ts';
import { GATEWAY_SETTINGS } from '#shared/gateways/gateway-settings-table.ts';
import type { GatewayName } from '#shared/model/vocabulary.ts';
import { isMember, MOST_MEMBERS } from './members.ts';
import type { RegistryStore } from './records.ts';
import type { ConnectorChange } from './write-connector.ts';
import { refuseWrite, type WriteRefusal } from './write-result.ts';

export interface CheckDeps {
  readonly registry: Pick<RegistryStore, 'merchant' | 'connector'>;
  /** Adapters of this release: what they say of settings stands before the table of all gateways. */
  readonly gateways: Readonly<Record<string, Pick<Gateway, 'checkSettings'>>>;
}

type Accepted = Extract<SettingsCheck, { readonly ok: true }>;

export type CheckedConnector =
  | WriteRefusal
  | { readonly ok: true; readonly gateway: GatewayName; readonly accepted: Accepted };

/** Everything that is wrong with a change, in one answer. What is only missing makes the connector incomplete. */
export async function checkConnector(deps: CheckDeps, change: ConnectorChange): Promise<CheckedConnector> {
  const gateway = GATEWAY_NAMES.find((name) => name === change.gateway);
  const problems = [...(await checkMerchant(deps.registry, change.merchantId)), ...checkName(change)];
  if (gateway === undefined) {
    const message = `is no gateway known here; known: ${[...GATEWAY_NAMES].sort().join(', ')}`;
    problems.push({ field: '/gateway', value: change.gateway, message });
    return refuse(change, problems);
  }
  // Without secrets a connector is registered and incomplete; those that are given must be whole.
  const mode = change.secrets === undefined ? 'change' : 'new';
  const check = deps.gateways[gateway]?.checkSettings ?? settingsOf(gateway).checkSettings;
  const accepted = check(change.settings ?? {}, change.secrets ?? {}, mode);
  if (!accepted.ok) problems.push(...accepted.problems.map(withoutSecret));
  else problems.push(...(await checkMembers(deps.registry, gateway, change, accepted.settings)));
  return accepted.ok && problems.length === 0 ? { ok: true, gateway, accepted } : refuse(change, problems);
}

/** Of a gateway whose name was held against the list. */
export function settingsOf(gateway: GatewayName): GatewaySettings {
  const settings = GATEWAY_SETTINGS[gateway];
  if (settings === undefined) throw new Error(`There is no gateway ${JSON.stringify(gateway)}: run npm run gateways.`);
  return settings;
}

function refuse(change: ConnectorChange, problems: readonly FieldProblem[]): WriteRefusal {
  const fields = problems.map(({ field }) => field).join(', ');
  return refuseWrite('invalid', `Connector ${change.connectorId} was not written; see errors for ${fields}.`, problems);
}

/** Seed 004: at most 50; IXOPAY's updateConnector: 3 to 50. */
function checkName({ gateway, name }: ConnectorChange): readonly FieldProblem[] {
  const least = gateway === 'ixopay' ? 3 : 1;
  if (name === undefined || (name.length >= least && name.length <= 50)) return [];
  return [{ field: '/name', value: name, message: `has ${name.length} characters: must have ${least} to 50` }];
}

async function checkMerchant(
  registry: Pick<RegistryStore, 'merchant'>,
  merchantId: string,
): Promise<readonly FieldProblem[]> {
  const merchant = await registry.merchant(merchantId);
  if (merchant !== undefined && !merchant.archived) return [];
  const state = merchant === undefined ? 'there is no merchant' : 'archived is the merchant';
  const message = `${state} ${JSON.stringify(merchantId)}: PUT /merchants/${merchantId} first`;
  return [{ field: '/merchantId', value: merchantId, message }];
}

/** Their secrets prove callbacks of this connector's URL: they are of the same merchant and gateway. */
async function checkMembers(
  registry: Pick<RegistryStore, 'connector'>,
  gateway: GatewayName,
  change: ConnectorChange,
  settings: Readonly<Record<string, unknown>>,
): Promise<readonly FieldProblem[]> {
  const { members } = settings;
  if (!Array.isArray(members)) return [];
  if (members.length > MOST_MEMBERS) {
    const message = `has ${members.length} connectors: at most ${MOST_MEMBERS} secrets are tried for a callback`;
    return [{ field: '/settings/members', message }];
  }
  const { connectorId, merchantId } = change;
  const checked = await Promise.all(
    members.map(async (value: unknown, i): Promise<readonly FieldProblem[]> => {
      const field = `/settings/members/${i}`;
      if (members.indexOf(value) !== i) return [{ field, value, message: 'is named twice' }];
      const member = await registry.connector(String(value));
      if (isMember({ connectorId, merchantId, gateway }, member)) return [];
      // One sentence for all, so that it does not say whose the connector is.
      const message = `must be another connector of merchant ${merchantId} at ${gateway}`;
      return [{ field, value, message }];
    }),
  );
  return checked.flat();
}

/** A secret, or one that was written among the settings by mistake. */
const SECRET_FIELD = /^\/secrets(\/|$)|secret|password|private|token/i;

/** Whatever an adapter says of a secret, its value goes no further. */
function withoutSecret(problem: FieldProblem): FieldProblem {
  const { field, message } = problem;
  return SECRET_FIELD.test(field) ? { field, message } : problem;
}
