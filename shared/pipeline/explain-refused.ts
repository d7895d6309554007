import { setImmediate } from 'node:timers/promises';
import type {
  ConnectorCredentials,
  ConnectorSecret,
  Gateway,
  RawCallback,
  RemoteTools,
} from '#shared/gateways/gateway.ts';
import type { CauseCode, SettingChange } from '#shared/gateways/variation.ts';
import { acceptedSecrets, isAccepted } from '#shared/registry/accepted-secrets.ts';
import { isMember, membersOf } from '#shared/registry/members.ts';
import type { Connector, RegistryStore } from '#shared/registry/records.ts';
import type { SecretReader } from '#shared/registry/secret-reader.ts';
import type { KeptRequest } from './kept-request.ts';
import type { Clock, KeptRefusal, ListedRefusal, RefusedSample } from './ports.ts';
import { judge } from './prove.ts';
import { causesByCode, type LikelyCause, wrongSecret } from './refusal-causes.ts';
import { judgeAgain } from './retake-refused.ts';

export interface ExplainDeps {
  readonly registry: Pick<RegistryStore, 'connector' | 'connectors'>;
  readonly secrets: SecretReader;
  readonly gateways: Readonly<Record<string, Gateway>>;
  readonly clock: Clock;
  /** Path of the public URL without a trailing slash. */
  readonly basePath: string;
  readonly remote?: () => Promise<RemoteTools>;
}

export interface Explanation {
  /** Taken in now, if somebody asks for it. */
  readonly verifiesNow: boolean;
  /** The likeliest first; never empty. */
  readonly causes: readonly LikelyCause[];
}

/** Others of the merchant whose secrets are tried: each costs a request to the key service. */
const OTHERS_TRIED = 100;
const SIDE_BY_SIDE = 10;
/** So many tries take a few milliseconds; whatever else waits gets its turn. */
const TRIES_A_TURN = 50;

/**
 * Finds out why a callback was refused, by verifying it again as if one thing after the other were undone. Says what was
 * found and how to cure it: never a signature, never a secret.
 */
export async function explainRefused(
  deps: ExplainDeps,
  connector: Connector,
  { sample, request }: KeptRefusal,
): Promise<Explanation> {
  const gateway = Object.hasOwn(deps.gateways, connector.gateway) ? deps.gateways[connector.gateway] : undefined;
  const { decidedBy } = gateway ?? { decidedBy: { signature_mismatch: '/secrets' } };
  const explained = (causes: readonly LikelyCause[]): Explanation => ({
    verifiesNow: false,
    causes: causes.length > 0 ? causes : wrongSecret(undefined, decidedBy),
  });
  // Of the one the signature is right, and the other body is not seen without storing; of the other the body is not there.
  const judgedAlready = sample.code === 'other_body' || sample.code === 'too_large';
  if (gateway === undefined || request === undefined || judgedAlready)
    return explained(causesByCode(sample, request, decidedBy));
  const judged = await judgeAgain(deps, gateway.front, sample, request);
  if (judged.ok) return { verifiesNow: true, causes: [NOW_VERIFIES] };
  const known = causesByCode({ ...sample, code: judged.code }, request, decidedBy);
  if (request.whole !== true || SAYS_ALL.has(judged.code)) return explained(known);
  const quiet = withoutQuestions(gateway);
  if (judged.code === 'signature_mismatch' || judged.code === 'key_unknown') {
    const found = await causeOfMismatch(deps, quiet, connector, sample, request);
    if (found !== undefined) return explained([found]);
    return explained(known.length > 0 ? known : wrongSecret(sample.clockDifferenceMs, decidedBy));
  }
  // Where the connector says how a callback is signed and when, that may be what is wrong.
  const found = await variation(deps, quiet, request, await credentialsOf(deps, connector), new Date(sample.at));
  return explained(found === undefined ? known : [found]);
}

/** Nothing that a variation changes leads past these. */
const SAYS_ALL: ReadonlySet<RefusedSample['code']> = new Set([
  ...(['signature_missing', 'date_missing', 'secret_missing', 'foreign', 'sender_refused'] as const),
  ...(['envelope_malformed', 'decryption_failed', 'certificate_url_refused', 'certificate_unavailable'] as const),
  ...(['certificate_malformed', 'certificate_expired', 'certificate_name_refused', 'certificate_untrusted'] as const),
  ...(['unknown_connector', 'too_large', 'method', 'other_body', 'incomplete', 'retired'] as const),
]);

/** The gateway is asked about the request as it came, and about no variation of it. */
function withoutQuestions(gateway: Gateway): Gateway {
  const { verifyRemotely: _asked, ...front } = gateway.front;
  return { ...gateway, front };
}

const NOW_VERIFIES: LikelyCause = {
  code: 'now_verifies',
  certain: true,
  what: 'it verifies with the connector as it is configured now',
  cure: 'Take it in: POST …/accept.',
  changes: [],
};

async function causeOfMismatch(
  deps: ExplainDeps,
  gateway: Gateway,
  connector: Connector,
  sample: ListedRefusal,
  request: KeptRequest,
): Promise<LikelyCause | undefined> {
  const callback: RawCallback = request;
  const receivedAt = new Date(sample.at);
  const credentials = await credentialsOf(deps, connector);
  return (
    (await variation(deps, gateway, callback, credentials, receivedAt)) ??
    (await oldSecret(deps, gateway, connector, callback, credentials, receivedAt)) ??
    (await otherConnector(deps, gateway, connector, callback, credentials, receivedAt))
  );
}

/** Its own secrets and those of its members that are in force. */
async function credentialsOf(deps: ExplainDeps, connector: Connector): Promise<ConnectorCredentials> {
  const rows = await Promise.all(membersOf(connector).map((id) => deps.registry.connector(id)));
  const owners = [connector, ...rows.filter((row) => isMember(connector, row))];
  const now = deps.clock.now();
  const secrets = await Promise.all(
    owners.map((owner) => deps.secrets({ ...owner, secrets: acceptedSecrets(owner, now) })),
  );
  return {
    connectorId: connector.connectorId,
    registeredPath: `${deps.basePath}/callbacks/${connector.connectorId}`,
    settings: connector.settings,
    secrets: secrets.flat(),
  };
}

async function variation(
  deps: ExplainDeps,
  gateway: Gateway,
  callback: RawCallback,
  credentials: ConnectorCredentials,
  receivedAt: Date,
): Promise<LikelyCause | undefined> {
  let tries = 0;
  for (const one of gateway.variations(callback, credentials, receivedAt)) {
    const supposed = { ...credentials, settings: one.settings };
    const verdict = await judge(deps, one.callback ?? callback, gateway.front, supposed, receivedAt);
    if (verdict.ok) {
      const { cause: code, what, cure, changes = [] } = one;
      return { code, certain: true, what, cure, changes, keyId: verdict.keyId };
    }
    tries += 1;
    if (tries % TRIES_A_TURN === 0) await setImmediate();
  }
  return undefined;
}

async function oldSecret(
  deps: ExplainDeps,
  gateway: Gateway,
  connector: Connector,
  callback: RawCallback,
  credentials: ConnectorCredentials,
  receivedAt: Date,
): Promise<LikelyCause | undefined> {
  const now = deps.clock.now();
  const retired = connector.secrets.filter((secret) => !isAccepted(secret, now) && secret.sealed !== '');
  const secrets = await deps.secrets({ ...connector, secrets: retired });
  const keyId = await matching(deps, gateway, callback, credentials, secrets, receivedAt);
  if (keyId === undefined) return undefined;
  const code: CauseCode = 'old_secret';
  const what = `it is signed with ${keyId}, a secret that is no longer accepted`;
  const cure = 'Set the connector’s present secret in the gateway, or make this one accepted again with a rotation.';
  return { code, certain: true, what, cure, changes: NO_CHANGES, keyId };
}

async function otherConnector(
  deps: ExplainDeps,
  gateway: Gateway,
  connector: Connector,
  callback: RawCallback,
  credentials: ConnectorCredentials,
  receivedAt: Date,
): Promise<LikelyCause | undefined> {
  const { merchantId, connectorId } = connector;
  const page = await deps.registry.connectors({ merchantId, limit: OTHERS_TRIED });
  const others = page.items.filter((one) => one.connectorId !== connectorId && one.gateway === connector.gateway);
  for (let start = 0; start < others.length; start += SIDE_BY_SIDE) {
    const some = others.slice(start, start + SIDE_BY_SIDE);
    const opened = await Promise.all(
      some.map((one) => deps.secrets({ ...one, secrets: one.secrets.filter(({ sealed }) => sealed !== '') })),
    );
    for (const [i, one] of some.entries()) {
      const keyId = await matching(deps, gateway, callback, credentials, opened[i] ?? [], receivedAt);
      if (keyId === undefined) continue;
      const what = `it is signed with the secret of connector ${one.connectorId}`;
      const cure = `In the gateway give connector ${one.connectorId} its own callback URL, or name it in /settings/members here.`;
      const code: CauseCode = 'other_connector_secret';
      return { code, certain: true, what, cure, changes: NO_CHANGES, keyId, connectorId: one.connectorId };
    }
  }
  return undefined;
}

const NO_CHANGES: readonly SettingChange[] = [];

/** The key id of the secret that the request is signed with, by whatever reading. */
async function matching(
  deps: ExplainDeps,
  gateway: Gateway,
  callback: RawCallback,
  credentials: ConnectorCredentials,
  secrets: readonly ConnectorSecret[],
  receivedAt: Date,
): Promise<string | undefined> {
  if (secrets.length === 0) return undefined;
  const settings = gateway.allReadings(credentials.settings);
  const verdict = await judge(deps, callback, gateway.front, { ...credentials, settings, secrets }, receivedAt);
  return verdict.ok ? verdict.keyId : undefined;
}
