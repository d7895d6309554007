import type {
  ConnectorCredentials,
  GatewayFront,
  GenuineVerdict,
  RawCallback,
  RefusedVerdict,
  RemoteTools,
  Verdict,
} from '#shared/gateways/gateway.ts';
import type { CertificateReading } from '#shared/gateways/signing-certificate.ts';
import { acceptedSecrets, isPrevious } from '#shared/registry/accepted-secrets.ts';
import type { ConnectorLookup } from '#shared/registry/connector-lookup.ts';
import { isMember, membersOf } from '#shared/registry/members.ts';
import type { Connector } from '#shared/registry/records.ts';
import { isRetired } from '#shared/registry/retirement.ts';
import type { SecretReader } from '#shared/registry/secret-reader.ts';
import type { Clock } from './ports.ts';

export interface ProveDeps {
  readonly connectors: Pick<ConnectorLookup, 'find' | 'findAgain'>;
  readonly secrets: SecretReader;
  readonly clock: Clock;
  readonly basePath: string;
  readonly retiredAfterDays?: number;
  /** How certificates are fetched and gateways asked; left out: neither is done, and what needs it comes again. */
  readonly remote?: () => Promise<RemoteTools>;
}

export type Proof =
  | {
      readonly ok: true;
      readonly verdict: GenuineVerdict;
      /** Whose secret matched: the URL's own connector or one of its members, as it was read for the verdict. */
      readonly connector: Connector;
      /** The connector whose URL was called. */
      readonly via: Connector;
      /** The secret that matched is one that a rotation is taking out of use. */
      readonly previousSecret: boolean;
    }
  | { readonly ok: false; readonly verdict: RefusedVerdict; readonly connector: Connector };

/**
 * Verifies a callback with the connector's own secrets, then with its members'. Before it refuses it asks the registry
 * once more (at most every 5 s per connector): a secret may have changed since the rows were read.
 */
export async function prove(
  deps: ProveDeps,
  request: RawCallback,
  connector: Connector,
  front: GatewayFront,
): Promise<Proof> {
  const first = await proveWith(deps, request, connector, front, deps.connectors.find);
  if (first.ok) return first;
  const newest = (await deps.connectors.findAgain(connector.connectorId)) ?? connector;
  const isSame = newest.version === connector.version;
  if (isSame && membersOf(connector).length === 0) return first;
  return proveWith(deps, request, newest, front, deps.connectors.findAgain);
}

async function proveWith(
  deps: ProveDeps,
  request: RawCallback,
  via: Connector,
  front: GatewayFront,
  find: ConnectorLookup['find'],
): Promise<Proof> {
  const now = deps.clock.now();
  const own = await credentialsOf(deps, via, via, now);
  let verdict = await judge(deps, request, front, own, now);
  if (verdict.ok) return proven(verdict, via, via);
  const members = await readMembers(deps, via, now, find);
  // Side by side: a key service that is slow costs its time limit once.
  const credentials = await Promise.all(members.map((member) => credentialsOf(deps, via, member, now)));
  for (const [i, connector] of members.entries()) {
    const theirs = credentials[i];
    if (theirs === undefined || theirs.secrets.length === 0) continue;
    const answer = await judge(deps, request, front, theirs, now);
    if (answer.ok) return proven(answer, connector, via);
    // Where there is no secret of its own, what a member's says is worth more.
    if (verdict.code === 'secret_missing') verdict = answer;
  }
  return { ok: false, verdict, connector: via };
}

/** The front's verdict, with the certificate that it asks for; where the trouble may be ours, the gateway is asked itself. */
export async function judge(
  { remote }: Pick<ProveDeps, 'remote'>,
  request: RawCallback,
  front: GatewayFront,
  credentials: ConnectorCredentials,
  now: Date,
): Promise<Verdict> {
  const demand = front.certificateOf?.(request, credentials);
  if (demand !== undefined && !demand.ok) return demand;
  const tools = demand === undefined ? undefined : await remote?.();
  const certificate = demand === undefined ? undefined : ((await tools?.certificates.get(demand)) ?? NO_CERTIFICATE);
  const verdict = await front.verify(request, credentials, now, certificate);
  if (verdict.ok || verdict.retry !== true || remote === undefined) return verdict;
  return (await front.verifyRemotely?.(await remote(), request, credentials)) ?? verdict;
}

const NO_CERTIFICATE: CertificateReading = {
  ok: false,
  code: 'certificate_unavailable',
  detail: 'No certificates can be fetched here: this process was given no way out.',
};

function proven(verdict: GenuineVerdict, connector: Connector, via: Connector): Proof {
  const previousSecret = connector.secrets.some((secret) => secret.keyId === verdict.keyId && isPrevious(secret));
  return { ok: true, verdict, connector, via, previousSecret };
}

async function readMembers(
  deps: ProveDeps,
  via: Connector,
  now: Date,
  find: ConnectorLookup['find'],
): Promise<readonly Connector[]> {
  const rows = await Promise.all(membersOf(via).map((memberId) => find(memberId)));
  return rows.filter((row) => isMember(via, row)).filter((row) => !isRetired(row, now, deps.retiredAfterDays));
}

/** Path and readings are those of the URL that was called; the secrets are whose they are. */
async function credentialsOf(
  deps: ProveDeps,
  via: Connector,
  owner: Connector,
  now: Date,
): Promise<ConnectorCredentials> {
  return {
    connectorId: owner.connectorId,
    registeredPath: `${deps.basePath}/callbacks/${via.connectorId}`,
    settings: via.settings,
    secrets: await deps.secrets({ ...owner, secrets: acceptedSecrets(owner, now) }),
  };
}
