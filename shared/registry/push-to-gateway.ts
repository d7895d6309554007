import type { FieldProblem } from '#shared/gateways/gateway.ts';
import type { OutboundClient } from '#shared/gateways/outbound.ts';
import type {
  CanProvision,
  Provision,
  ProvisionFailureCode,
  ProvisionOutcome,
  ShownRequest,
} from '#shared/gateways/provision.ts';
import { acceptedSecrets, isPrevious } from './accepted-secrets.ts';
import { auditFacts } from './audit-change.ts';
import type { AuditLog } from './audit-log.ts';
import type { Connector, SealedSecret } from './records.ts';
import { writeShape } from './shapes/write-shape.ts';
import { type ObtainedDeps, storeObtained } from './store-obtained.ts';
import type { WriteContext } from './write-result.ts';

export interface ProvisionDeps extends ObtainedDeps {
  readonly registry: ObtainedDeps['registry'] & AuditLog;
  /** By the gateway's name. */
  readonly provisions: Readonly<Record<string, Provision>>;
  readonly http: OutboundClient;
  /** Public URL that callback URLs begin with. */
  readonly callbackBase: string;
}

export interface ProvisionRequest {
  readonly connectorId: string;
  /** True: nothing is changed at the gateway. */
  readonly dryRun: boolean;
  /** The caller knows who else signs with the secret (`mustChange`). */
  readonly acknowledgeRequestSigning: boolean;
  /** Secrets of the gateway's own configuration, for this request only; by JSON pointer into the imported document. */
  readonly gatewaySecrets: Readonly<Record<string, string>>;
}

export interface ProvisionReport {
  readonly ok: true;
  readonly outcome: 'shown' | 'provisioned';
  readonly request: ShownRequest;
  readonly notes: readonly string[];
  /** Who must change what at the same moment. */
  readonly mustChange: readonly string[];
}

/**
 * `provision_by_hand` there is no API for it; `not_in_use` switched off or archived; `invalid` the members named in
 * `problems`; `provision_failed` the gateway refused or could not be asked.
 */
export interface ProvisionRefusal {
  readonly ok: false;
  readonly code: 'not_found' | 'provision_by_hand' | 'not_in_use' | 'invalid' | 'provision_failed';
  /** What was wrong and what to do. Never a secret. */
  readonly detail: string;
  readonly problems: readonly FieldProblem[];
  /** Of `provision_failed`. */
  readonly reason?: ProvisionFailureCode;
  /** Whether the gateway's side is as it was. */
  readonly changed: 'no' | 'unknown';
}

export type ProvisionResult = ProvisionReport | ProvisionRefusal;

export interface Provisionable {
  readonly ok: true;
  readonly connector: Connector;
  readonly gateway: CanProvision;
}

/** The connector and how its gateway is configured, where that may be done now. */
export async function readProvisionable(
  { registry, provisions, callbackBase }: Pick<ProvisionDeps, 'registry' | 'provisions' | 'callbackBase'>,
  request: ProvisionRequest,
): Promise<Provisionable | ProvisionRefusal> {
  const { connectorId, dryRun } = request;
  const connector = await registry.connector(connectorId);
  if (connector === undefined) return refuse('not_found', `There is no connector ${JSON.stringify(connectorId)}.`);
  const gateway = Object.hasOwn(provisions, connector.gateway) ? provisions[connector.gateway] : undefined;
  if (gateway === undefined || !gateway.can) {
    const callbackUrl = callbackUrlOf(callbackBase, connector);
    const byHand = gateway?.byHand ?? 'Enter {callbackUrl} at the gateway.';
    const detail = `${connector.gateway} is not configured from here. ${byHand.replaceAll('{callbackUrl}', callbackUrl)}`;
    return refuse('provision_by_hand', detail);
  }
  if (connector.archived || !connector.active) {
    const state = connector.archived ? 'archived' : 'switched off';
    return refuse('not_in_use', `Connector ${connectorId} is ${state}: PUT it with "active": true first.`);
  }
  const problems = [...unknownSecrets(gateway, request), ...unacknowledged(gateway, connector, request)];
  if (problems.length > 0) {
    const detail = problems.map(({ field, message }) => `${field}: ${message}`).join(' ');
    return refuse(
      'invalid',
      `Connector ${connectorId} was not ${dryRun ? 'shown' : 'provisioned'}. ${detail}`,
      problems,
    );
  }
  return { ok: true, connector, gateway };
}

/** Where the URL ends in a token, only its place is known here: it was shown when it was made. */
function callbackUrlOf(callbackBase: string, { connectorId, callbackTokenSha256 }: Connector): string {
  const token = callbackTokenSha256 === undefined ? '' : '/{token}';
  return `${callbackBase.replace(/\/+$/, '')}/callbacks/${connectorId}${token}`;
}

function unknownSecrets(gateway: CanProvision, { gatewaySecrets }: ProvisionRequest): readonly FieldProblem[] {
  return Object.keys(gatewaySecrets)
    .filter((pointer) => !gateway.documentSecrets.includes(pointer))
    .map((pointer) => ({
      field: `/gatewaySecrets/${pointer.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      message: `is none of the secrets of this gateway's configuration: ${gateway.documentSecrets.join(', ')}.`,
    }));
}

function unacknowledged(
  gateway: CanProvision,
  connector: Connector,
  { dryRun, acknowledgeRequestSigning }: ProvisionRequest,
): readonly FieldProblem[] {
  const others = gateway.mustChange(connector);
  if (dryRun || acknowledgeRequestSigning || others.length === 0) return [];
  const message = `must be true, because the secret that is sent signs more than callbacks. ${others.join(' ')}`;
  return [{ field: '/acknowledgeRequestSigning', message }];
}

/** Sends the connector with the generation of secrets that is named, else with the newest current one, and records it. */
export async function pushToGateway(
  deps: Omit<ProvisionDeps, 'provisions'>,
  { connector, gateway }: Provisionable,
  request: ProvisionRequest & { readonly keyId?: string; readonly rehearsed?: boolean },
  context: WriteContext,
): Promise<ProvisionResult> {
  const { connectorId } = connector;
  const generation = generationOf(connector, request.keyId, context.now);
  const own = generation === undefined ? {} : await deps.secrets.open(connectorId, generation.sealed);
  const note = (what: string, facts: Readonly<Record<string, unknown>>) =>
    deps.registry.appendAudit({
      ...{ at: context.now.toISOString(), who: context.who, what, resource: `/connectors/${connectorId}` },
      changes: auditFacts({ ...facts, generation: generation?.keyId }),
    });
  const { dryRun, rehearsed = false } = request;
  // Written down before it is done: afterwards nobody may be left to do it.
  if (!dryRun) await note('connector.provision', {});
  const secrets = { own, document: request.gatewaySecrets };
  const asked = { ...asItIsNow(connector), callbackUrl: callbackUrlOf(deps.callbackBase, connector) };
  const means = { http: deps.http, now: () => context.now };
  const told = await gateway.provision(means, asked, secrets, { dryRun, rehearsed });
  const outcome = await storeObtained(deps, connectorId, generation?.keyId, told, context);
  const result = resultOf(outcome, connector, gateway);
  if (!dryRun) await note('connector.provision.end', factsOf(outcome));
  return result;
}

/** What was changed here since the import goes along: the document is written anew, as for an export. */
function asItIsNow(connector: Connector): Connector {
  const { shape } = connector;
  const document = shape === undefined ? undefined : writeShape(shape.kind, connector);
  return shape === undefined || document === undefined ? connector : { ...connector, shape: { ...shape, document } };
}

function generationOf(connector: Connector, keyId: string | undefined, now: Date): SealedSecret | undefined {
  const usable = acceptedSecrets(connector, now).filter((secret) => !isPrevious(secret));
  if (keyId !== undefined) return usable.find((secret) => secret.keyId === keyId);
  return [...usable].sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))[0];
}

function resultOf(outcome: ProvisionOutcome, connector: Connector, gateway: CanProvision): ProvisionResult {
  if (outcome.outcome === 'incomplete') {
    const fields = outcome.problems.map(({ field }) => field).join(', ');
    const detail = `Connector ${connector.connectorId} cannot be sent to ${connector.gateway}; see errors for ${fields}.`;
    return refuse('invalid', detail, outcome.problems);
  }
  if (outcome.outcome === 'failed') {
    const { code, detail, problems, changed } = outcome;
    const state = changed === 'no' ? 'Nothing was changed there.' : 'Whether it was changed there is not known.';
    return { ok: false, code: 'provision_failed', detail: `${detail} ${state}`, problems, reason: code, changed };
  }
  const { outcome: how, request, notes } = outcome;
  return { ok: true, outcome: how, request, notes, mustChange: gateway.mustChange(connector) };
}

function factsOf(outcome: ProvisionOutcome): Readonly<Record<string, unknown>> {
  if (outcome.outcome !== 'failed') return { outcome: outcome.outcome };
  return { outcome: 'failed', reason: outcome.code, changed: outcome.changed };
}

function refuse(
  code: ProvisionRefusal['code'],
  detail: string,
  problems: readonly FieldProblem[] = [],
): ProvisionRefusal {
  return { ok: false, code, detail, problems, changed: 'no' };
}
