import type { ConnectorCredentials } from '../gateway.ts';
import type { Sample } from '../sample.ts';
import { checkPaylockSettings } from './settings.ts';

/** Settings and secrets as they are stored; throws where they are refused. */
export function credentialsOf(
  { connector }: Pick<Sample, 'connector'>,
  overrides: Readonly<Record<string, unknown>> = {},
): ConnectorCredentials {
  return connectorOf({ ...connector.settings, ...overrides }, connector.secrets, connector.id);
}

export function connectorOf(
  settings: Readonly<Record<string, unknown>>,
  secrets: Readonly<Record<string, unknown>>,
  id = 'c1',
): ConnectorCredentials {
  const check = checkPaylockSettings(settings, secrets, 'new');
  if (!check.ok) throw new Error(JSON.stringify(check.problems));
  return {
    connectorId: id,
    registeredPath: `/callbacks/${id}`,
    settings: check.settings,
    secrets: [{ keyId: 'k1', values: check.secrets }],
  };
}

/** The same bytes with one bit of one byte changed. */
export function flippedAt(bytes: Uint8Array, index: number): Uint8Array {
  return bytes.map((byte, at) => (at === index ? byte ^ 1 : byte));
}
