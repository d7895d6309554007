import type { GatewaySettings } from '#shared/gateways/gateway-settings.ts';
import type { Obtained, ProvisionFailure, ProvisionOutcome } from '#shared/gateways/provision.ts';
import { failed } from '#shared/gateways/provision-answer.ts';
import { isAccepted } from './accepted-secrets.ts';
import { changedMembers } from './changed-members.ts';
import type { AuditChange, Connector, RegistryStore, SealedSecret, SecretBox } from './records.ts';
import { changeConnector, withMissing } from './rotate-secret.ts';
import { refuseWrite, type WriteContext, type WriteRefusal } from './write-result.ts';

export interface ObtainedDeps {
  readonly registry: Pick<RegistryStore, 'connector' | 'putConnector'>;
  readonly secrets: SecretBox;
  readonly gatewaySettings: Readonly<Record<string, GatewaySettings>>;
  /** base64url text of that many random bytes. */
  readonly randomToken: (bytes: number) => string;
  /** Told after the write. */
  readonly connectorChanged: (connectorId: string) => Promise<void>;
}

const DAY_MS = 86_400_000;

/**
 * Stores what the gateway made for the connector, also where it failed after that: settings are changed; secrets become a new generation, and the one of
 * `keyId`, which they take the place of, is accepted for the gateway's retry window. The outcome as it was, a note added,
 * or `obtained_not_stored`.
 */
export async function storeObtained(
  deps: ObtainedDeps,
  connectorId: string,
  keyId: string | undefined,
  outcome: ProvisionOutcome,
  context: Pick<WriteContext, 'now' | 'who'>,
): Promise<ProvisionOutcome> {
  if (outcome.outcome !== 'provisioned' && outcome.outcome !== 'failed') return outcome;
  const { obtained, ...rest } = outcome;
  if (obtained === undefined) return outcome;
  const { now, who } = context;
  const written = await changeConnector(deps.registry, connectorId, { now, who }, async (before) => {
    const change = await changeOf(deps, before, keyId, obtained, now);
    if (!change.ok) return change;
    const { record, changes } = change;
    return { ok: true, what: 'connector.provision.obtained', changes, record, answer: () => undefined };
  });
  if (!written.ok) return notStored(written);
  await deps.connectorChanged(connectorId);
  const names = [...namesOf('settings', obtained.settings), ...namesOf('secrets', obtained.secrets)];
  const stored = `Made by the gateway and stored here: ${names.join(', ')}.`;
  if (rest.outcome === 'failed') return { ...rest, detail: `${rest.detail} ${stored}` };
  return { ...rest, notes: [...rest.notes, stored] };
}

interface Change {
  readonly ok: true;
  readonly record: Connector;
  readonly changes: readonly AuditChange[];
}

async function changeOf(
  deps: ObtainedDeps,
  before: Connector,
  keyId: string | undefined,
  { settings = {}, secrets = {} }: Obtained,
  now: Date,
): Promise<Change | WriteRefusal> {
  const check = deps.gatewaySettings[before.gateway]?.checkSettings;
  const checked = check?.({ ...before.settings, ...settings }, secrets, 'change');
  if (checked?.ok !== true) {
    const problems = (checked?.problems ?? []).map(({ field, message }) => ({ field, message }));
    const fields = problems.map(({ field, message }) => `${field} ${message}`).join('; ');
    return refuseWrite('invalid', `the gateway gave what the connector cannot hold (${fields})`, problems);
  }
  const renewed =
    Object.keys(secrets).length === 0 ? before : await withGeneration(deps, before, keyId, checked.secrets, now);
  const names = Object.keys(checked.secrets).sort();
  const changes = [
    ...changedMembers(before.settings, checked.settings, 'settings.'),
    ...names.map((name) => ({ field: `secrets.${name}` })),
  ];
  return { ok: true, record: withMissing(deps, { ...renewed, settings: checked.settings }), changes };
}

/** The generation of `keyId` with the new values in it, current; what it was is previous and ends by itself. */
async function withGeneration(
  deps: ObtainedDeps,
  before: Connector,
  keyId: string | undefined,
  given: Readonly<Record<string, string>>,
  now: Date,
): Promise<Connector> {
  const replaced = before.secrets.find((secret) => secret.keyId === keyId && isAccepted(secret, now));
  const old = replaced === undefined ? {} : await deps.secrets.open(before.connectorId, replaced.sealed);
  const sealed = await deps.secrets.seal(before.connectorId, { ...old, ...given });
  const days = deps.gatewaySettings[before.gateway]?.retryWindowDays ?? 1;
  const validUntil = new Date(now.getTime() + days * DAY_MS).toISOString();
  const added: SealedSecret = {
    ...{ keyId: `k-${deps.randomToken(6)}`, sealed, createdAt: now.toISOString(), role: 'current' as const },
  };
  const kept = before.secrets.map((secret) =>
    secret === replaced
      ? { ...secret, role: 'previous' as const, validUntil: secret.validUntil ?? validUntil }
      : secret,
  );
  const secretNames = [...new Set([...before.secretNames, ...Object.keys(given)])].sort();
  return { ...before, secrets: [...kept, added], secretNames };
}

function notStored({ code, detail }: WriteRefusal): ProvisionFailure {
  const what =
    'The gateway made what belongs to this connector, but it could not be stored here ' +
    `(${code}: ${detail}). Repeat it; what was made before can be removed at the gateway.`;
  return failed('obtained_not_stored', what, 'unknown');
}

function namesOf(group: string, values: Readonly<Record<string, unknown>> = {}): readonly string[] {
  return Object.keys(values).map((name) => `${group}.${name}`);
}
