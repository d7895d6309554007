import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import type { Clock } from '#shared/pipeline/ports.ts';

/** As the SDK takes them. */
interface TemporaryCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

export type AssumedRole =
  | { readonly ok: true; readonly credentials: TemporaryCredentials }
  | { readonly ok: false; readonly code: string; readonly message: string };

export interface RoleCredentials {
  /** Credentials good for at least five minutes. `externalId`: the merchant's id; what is known of one merchant is never given for another. */
  assume(roleArn: string, externalId: string): Promise<AssumedRole>;
}

export interface RoleCredentialsOptions {
  readonly sts: Pick<STSClient, 'send'>;
  readonly clock: Clock;
  /** Roles whose credentials are kept; beyond that the one unused for longest is forgotten. */
  readonly maxRoles?: number;
  /** Longest wait for STS. */
  readonly timeoutMs?: number;
}

/** A role assumed from another role (Lambda's own) lasts at most an hour (IAM user guide, role chaining). */
const SESSION_SECONDS = 3_600;
/** The SDK asks for new credentials five minutes before the old ones end. */
const RENEW_BEFORE_MS = 300_000;
const MAX_ROLES = 200;
const TIMEOUT_MS = 3_000;

/** Roles in merchants' accounts, assumed with STS; failures are told and not kept. */
export function createRoleCredentials(options: RoleCredentialsOptions): RoleCredentials {
  const { clock, maxRoles = MAX_ROLES } = options;
  const known = new Map<string, TemporaryCredentials>();
  const underWay = new Map<string, Promise<AssumedRole>>();

  function fresh(name: string): TemporaryCredentials | undefined {
    const credentials = known.get(name);
    known.delete(name);
    if (credentials === undefined || credentials.expiration.getTime() - clock.now().getTime() <= RENEW_BEFORE_MS) {
      return undefined;
    }
    known.set(name, credentials);
    return credentials;
  }

  function keep(name: string, credentials: TemporaryCredentials): void {
    known.set(name, credentials);
    const [oldest] = known.keys();
    if (known.size > maxRoles && oldest !== undefined) known.delete(oldest);
  }

  return {
    async assume(roleArn, externalId) {
      const name = `${externalId} ${roleArn}`;
      const credentials = fresh(name);
      if (credentials !== undefined) return { ok: true, credentials };
      const asked = underWay.get(name) ?? askSts(options, roleArn, externalId);
      underWay.set(name, asked);
      try {
        const answer = await asked;
        if (answer.ok) keep(name, answer.credentials);
        return answer;
      } finally {
        underWay.delete(name);
      }
    },
  };
}

async function askSts(
  { sts, timeoutMs = TIMEOUT_MS }: RoleCredentialsOptions,
  roleArn: string,
  externalId: string,
): Promise<AssumedRole> {
  const command = new AssumeRoleCommand({
    RoleArn: roleArn,
    ExternalId: externalId,
    RoleSessionName: `postrider-${externalId}`.replace(/[^\w+=,.@-]/g, '-').slice(0, 64),
    DurationSeconds: SESSION_SECONDS,
  });
  try {
    const { Credentials } = await sts.send(command, { abortSignal: AbortSignal.timeout(timeoutMs) });
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
    if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration) {
      return refused(roleArn, 'NoCredentials', 'STS answered without credentials');
    }
    const credentials = {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      expiration: Expiration,
    };
    return { ok: true, credentials };
  } catch (error) {
    const [name, message] = error instanceof Error ? [error.name, error.message] : ['Unknown', String(error)];
    const isLate = name === 'AbortError' || name === 'TimeoutError';
    return refused(roleArn, name, isLate ? `STS did not answer within ${timeoutMs} ms` : message);
  }
}

function refused(roleArn: string, name: string, message: string): AssumedRole {
  return { ok: false, code: 'RoleNotAssumed', message: `${roleArn}: ${name}: ${message}` };
}
