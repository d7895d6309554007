import { isAccepted, isPrevious } from './accepted-secrets.ts';
import type { Connector, SealedSecret } from './records.ts';
import { changeConnector, type RotationDeps, withMissing } from './rotate-secret.ts';
import { refuseWrite, type WriteContext, type WriteRefusal, type WriteResult } from './write-result.ts';

/** One of several credentials that are live side by side: create, test, activate, watch, deactivate, delete (seed 004). */
export interface CredentialChange {
  readonly connectorId: string;
  /** The operator's name of it, or the gateway's. */
  readonly keyId: string;
  /** Of a new one, all that the gateway needs; they never change. */
  readonly secrets?: unknown;
  /** Left out: as it is, at first true. */
  readonly active?: boolean | undefined;
}

/**
 * Puts a credential beside the others, or switches one on or off. Refused: `immutable` where secrets are given for one
 * that is there; `in_use` where none would be left that callbacks can be proved with.
 */
export function putCredential(
  deps: Pick<RotationDeps, 'registry' | 'secrets' | 'gatewaySettings'>,
  change: CredentialChange,
  context: WriteContext,
): Promise<WriteResult<Connector>> {
  const { connectorId, keyId } = change;
  return changeConnector(deps.registry, connectorId, context, async (before) => {
    const known = before.secrets.find((secret) => secret.keyId === keyId && secret.revokedAt === undefined);
    const next =
      known === undefined ? await added(deps, before, change, context) : switched(before, known, change, context);
    if ('ok' in next) return next;
    const { inactiveSince } = next.secret;
    const changes = [
      ...(known === undefined ? [{ field: 'credential', after: keyId }] : []),
      { field: `credential ${keyId}.active`, after: inactiveSince === undefined },
    ];
    const others = before.secrets.filter((secret) => secret.keyId !== keyId);
    const secretNames = [...new Set([...before.secretNames, ...next.names])].sort();
    const secrets = known === undefined ? [...others, next.secret] : replaced(before.secrets, next.secret);
    const record = withMissing(deps, { ...before, secrets, secretNames });
    const what = known === undefined ? 'connector.credential.create' : 'connector.credential.change';
    return { ok: true, what, changes, record, answer: (connector) => connector };
  });
}

/** Forgets a credential that is out of use: switched off, ended or revoked. One in use is refused (`in_use`). */
export function deleteCredential(
  deps: Pick<RotationDeps, 'registry'>,
  connectorId: string,
  keyId: string,
  context: WriteContext,
): Promise<WriteResult<Connector>> {
  return changeConnector(deps.registry, connectorId, context, async (before) => {
    const known = before.secrets.filter((secret) => secret.keyId === keyId);
    if (known.length === 0) return noCredential(connectorId, keyId);
    if (known.some((secret) => isAccepted(secret, context.now))) {
      const detail = `Credential ${keyId} of connector ${connectorId} is in use: switch it off first, and watch.`;
      return refuseWrite('in_use', detail);
    }
    const secrets = before.secrets.filter((secret) => secret.keyId !== keyId);
    const changes = [{ field: 'credential', before: keyId }];
    const record = { ...before, secrets };
    return { ok: true, what: 'connector.credential.delete', changes, record, answer: (connector) => connector };
  });
}

interface NextCredential {
  readonly secret: SealedSecret;
  readonly names: readonly string[];
}

async function added(
  deps: Pick<RotationDeps, 'secrets' | 'gatewaySettings'>,
  before: Connector,
  { connectorId, keyId, secrets, active = true }: CredentialChange,
  { now }: WriteContext,
): Promise<NextCredential | WriteRefusal> {
  if (secrets === undefined) return noCredential(connectorId, keyId, 'give "secrets" to make it');
  const checked = deps.gatewaySettings[before.gateway]?.checkSettings(before.settings, secrets, 'new');
  if (checked === undefined || !checked.ok) {
    const problems = checked?.problems.map(({ field, message }) => ({ field, message })) ?? [];
    return refuseWrite('invalid', `Credential ${keyId} of connector ${connectorId} was not written.`, problems);
  }
  if (Object.keys(checked.secrets).length === 0) {
    const message = 'must hold at least one secret';
    return refuseWrite('invalid', `/secrets ${message}.`, [{ field: '/secrets', message }]);
  }
  const sealed = await deps.secrets.seal(connectorId, checked.secrets);
  const createdAt = now.toISOString();
  const off = active ? {} : { inactiveSince: createdAt };
  return { secret: { keyId, sealed, createdAt, role: 'current', ...off }, names: Object.keys(checked.secrets) };
}

function switched(
  before: Connector,
  known: SealedSecret,
  { connectorId, keyId, secrets, active }: CredentialChange,
  { now }: WriteContext,
): NextCredential | WriteRefusal {
  if (secrets !== undefined) {
    const message = `never change: rotate credential ${keyId}, or put another beside it`;
    return refuseWrite('immutable', `The secrets of a credential ${message}.`, [{ field: '/secrets', message }]);
  }
  if (isPrevious(known)) {
    return refuseWrite(
      'in_use',
      `Credential ${keyId} is part of a rotation: DELETE /connectors/${connectorId}/rotation.`,
    );
  }
  const { inactiveSince, ...rest } = known;
  const stays = active ?? inactiveSince === undefined;
  const isLast = !before.secrets.some((one) => one.keyId !== keyId && isAccepted(one, now));
  if (!stays && isLast) {
    const detail = `Credential ${keyId} is the last that connector ${connectorId} accepts: put another beside it first.`;
    return refuseWrite('in_use', detail);
  }
  const secret = stays ? rest : { ...rest, inactiveSince: inactiveSince ?? now.toISOString() };
  return { secret, names: [] };
}

function replaced(secrets: readonly SealedSecret[], next: SealedSecret): readonly SealedSecret[] {
  return secrets.map((secret) => (secret.keyId === next.keyId && secret.revokedAt === undefined ? next : secret));
}

function noCredential(connectorId: string, keyId: string, cure?: string): WriteRefusal {
  const detail = `Connector ${connectorId} has no credential ${JSON.stringify(keyId)}`;
  return refuseWrite('not_found', cure === undefined ? `${detail}.` : `${detail}: ${cure}.`);
}
