import { isAccepted, isPrevious } from './accepted-secrets.ts';
import { endHeld, HELD_DAYS, type HeldRotationDeps } from './held-rotation.ts';
import {
  type ProvisionDeps,
  type ProvisionRefusal,
  type ProvisionRequest,
  type ProvisionResult,
  pushToGateway,
  readProvisionable,
} from './push-to-gateway.ts';
import type { Connector } from './records.ts';
import { type RotationDeps, type RotationStart, startRotation } from './rotate-secret.ts';
import type { WriteContext, WriteRefusal } from './write-result.ts';

export interface RotateAndProvisionDeps extends ProvisionDeps, RotationDeps, HeldRotationDeps {
  readonly registry: ProvisionDeps['registry'] & RotationDeps['registry'];
  readonly secrets: RotationDeps['secrets'];
  /** How long a change of the registry takes to be in force wherever callbacks are received. */
  readonly inForceAfterMs: number;
  readonly pause: (ms: number) => Promise<void>;
  /** Told of what was thrown half-way. */
  readonly trouble?: (error: unknown) => void;
}

export interface RotatedAndProvisioned {
  readonly ok: true;
  readonly connector: Connector;
  readonly keyId: string;
  readonly generated?: Readonly<Record<string, string>>;
  /** Not ok: the gateway may sign with the old or with the new secret; both are accepted. */
  readonly provision: ProvisionResult;
  /** What is left to do, by whom, in this order. */
  readonly nextSteps: readonly string[];
}

/**
 * Rotates a secret here and at the gateway: accept both here, change it there, and let the old one end when the gateway's
 * retries are over. All that can be known to be wrong is found before the first step. From then on a failure leaves both
 * accepted, and `nextSteps` say what to do.
 */
export async function rotateAndProvision(
  deps: RotateAndProvisionDeps,
  start: RotationStart,
  told: Omit<ProvisionRequest, 'connectorId' | 'dryRun'>,
  context: WriteContext,
): Promise<RotatedAndProvisioned | ProvisionRefusal | WriteRefusal> {
  const { connectorId } = start;
  const request = { ...told, connectorId, dryRun: false };
  const allowed = await readProvisionable(deps, request);
  if (!allowed.ok) return allowed;
  if (!allowed.gateway.setsSecret) return noSecretThere(allowed.connector);
  const rehearsal = await pushToGateway(deps, allowed, { ...request, dryRun: true, ...onlyKey(start.keyId) }, context);
  if (!rehearsal.ok) return rehearsal;

  const started = await startRotation(deps, { ...start, overlapDays: HELD_DAYS }, context);
  if (!started.ok) return started;
  const { connector, keyId, generated } = started.record;
  await deps.connectorChanged(connectorId);
  await deps.pause(deps.inForceAfterMs);

  // The new secret may have been made here and is shown only in this answer: nothing may keep it from coming.
  const pushed = await caught(deps, () =>
    pushToGateway(deps, { ...allowed, connector }, { ...request, keyId, rehearsed: true }, context),
  );
  const provision = pushed ?? OUR_TROUBLE;
  const ended = provision.ok
    ? await caught(deps, () => endHeld(deps, connectorId, start.overlapDays, context))
    : undefined;
  const now = ended?.ok === true ? ended.record : connector;
  return {
    ok: true,
    connector: now,
    keyId,
    ...(generated === undefined ? {} : { generated }),
    provision,
    nextSteps: nextSteps(now, provision, context.now),
  };
}

function onlyKey(keyId: string | undefined): { readonly keyId?: string } {
  return keyId === undefined ? {} : { keyId };
}

const OUR_TROUBLE: ProvisionRefusal = {
  ...{ ok: false, code: 'provision_failed', problems: [], changed: 'unknown' },
  detail: 'Something on our side failed and was noted. Whether it was changed at the gateway is not known.',
};

async function caught<T>(deps: Pick<RotateAndProvisionDeps, 'trouble'>, act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    deps.trouble?.(error);
    return undefined;
  }
}

function noSecretThere({ gateway, connectorId }: Connector): ProvisionRefusal {
  const detail =
    `${gateway}'s API does not set the secret that callbacks are signed with: rotate connector ${connectorId} without ` +
    '"provision", and change it at the gateway by hand.';
  return { ok: false, code: 'provision_by_hand', detail, problems: [], changed: 'no' };
}

function nextSteps(connector: Connector, provision: ProvisionResult, now: Date): readonly string[] {
  const { connectorId, gateway } = connector;
  const path = `/connectors/${connectorId}`;
  const end =
    connector.secrets.find((secret) => isPrevious(secret) && isAccepted(secret, now))?.validUntil ?? 'its end';
  if (provision.ok) {
    return [
      ...provision.mustChange,
      `Watch callbacks that are still signed with the old secret: GET ${path}/rotation counts them.`,
      `The old secret is accepted until ${end}; DELETE ${path}/rotation ends it before, POST ${path}/rotation/revoke at once.`,
    ];
  }
  const state =
    provision.changed === 'no'
      ? `${gateway} still signs with the old secret: nobody may change over to the new one yet.`
      : `It is not known whether ${gateway} signs with the old secret or with the new one: look at its console.`;
  return [
    `${state} Both are accepted here until ${end}.`,
    `Mend what is wrong (${provision.detail}) and POST ${path}/provision with "acknowledgeRequestSigning": true: it sends the ` +
      'new secret, and may be repeated.',
    `Do not DELETE ${path}/rotation before that has succeeded: callbacks signed with the old secret would be refused.`,
    `To give it up while ${gateway} has the old secret, PUT ${path} with the old secrets.`,
  ];
}
