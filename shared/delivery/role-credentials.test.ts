import type { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, it } from 'vitest';
import { createRoleCredentials, type RoleCredentialsOptions } from './role-credentials.ts';

const ROLE = 'arn:aws:iam::222222222222:role/postrider-send';
const START_MS = Date.parse('2026-02-01T00:00:00.000Z');

/** STS that records what it is asked and answers as told. */
function fakeSts(answer: (asked: number) => unknown) {
  const inputs: AssumeRoleCommand['input'][] = [];
  const send = async (command: AssumeRoleCommand) => {
    inputs.push(command.input);
    return answer(inputs.length);
  };
  return { inputs, sts: { send } as unknown as Pick<STSClient, 'send'> };
}

describe('role credentials', () => {
  let nowMs: number;
  const clock = { now: () => new Date(nowMs) };
  const session = (asked: number) => ({
    Credentials: {
      AccessKeyId: `AK${asked}`,
      SecretAccessKey: 'secret',
      SessionToken: `token${asked}`,
      Expiration: new Date(nowMs + 3_600_000),
    },
  });
  const create = (answer = session as (asked: number) => unknown, options: Partial<RoleCredentialsOptions> = {}) => {
    const { inputs, sts } = fakeSts(answer);
    return { inputs, roles: createRoleCredentials({ sts, clock, ...options }) };
  };
  const keyOf = async (roles: ReturnType<typeof createRoleCredentials>, externalId = 'acme', role = ROLE) => {
    const answer = await roles.assume(role, externalId);
    return answer.ok ? answer.credentials.accessKeyId : answer.message;
  };
  beforeEach(() => {
    nowMs = START_MS;
  });

  it('asks STS with the merchant as ExternalId, for the hour that a chained role may last', async () => {
    const { inputs, roles } = create();
    expect(await roles.assume(ROLE, 'acme~1')).toEqual({
      ok: true,
      credentials: {
        accessKeyId: 'AK1',
        secretAccessKey: 'secret',
        sessionToken: 'token1',
        expiration: new Date(START_MS + 3_600_000),
      },
    });
    expect(inputs).toEqual([
      { RoleArn: ROLE, ExternalId: 'acme~1', RoleSessionName: 'postrider-acme-1', DurationSeconds: 3_600 },
    ]);
  });

  it('asks once for many at the same moment, and again shortly before the hour is over', async () => {
    const { inputs, roles } = create();
    expect(await Promise.all([keyOf(roles), keyOf(roles)])).toEqual(['AK1', 'AK1']);
    nowMs += 3_600_000 - 300_001;
    expect(await keyOf(roles)).toBe('AK1');
    nowMs += 1;
    expect(await keyOf(roles)).toBe('AK2');
    expect(inputs).toHaveLength(2);
  });

  it('never gives one merchant what was assumed for another', async () => {
    const { inputs, roles } = create();
    expect(await keyOf(roles, 'acme')).toBe('AK1');
    expect(await keyOf(roles, 'beta')).toBe('AK2');
    expect(await keyOf(roles, 'acme')).toBe('AK1');
    expect(inputs.map(({ ExternalId }) => ExternalId)).toEqual(['acme', 'beta']);
  });

  it('keeps a bounded number, the least recently used goes', async () => {
    const { roles } = create(session, { maxRoles: 2 });
    expect([await keyOf(roles, 'm1'), await keyOf(roles, 'm2'), await keyOf(roles, 'm1')]).toEqual([
      'AK1',
      'AK2',
      'AK1',
    ]);
    await keyOf(roles, 'm3');
    expect([await keyOf(roles, 'm1'), await keyOf(roles, 'm2')]).toEqual(['AK1', 'AK4']);
  });

  it('a refusal is told and not kept', async () => {
    const denied = Object.assign(new Error('not authorized'), { name: 'AccessDenied' });
    const { roles } = create((asked) => {
      if (asked === 1) throw denied;
      return asked === 2 ? {} : session(asked);
    });
    expect(await roles.assume(ROLE, 'acme')).toEqual({
      ok: false,
      code: 'RoleNotAssumed',
      message: `${ROLE}: AccessDenied: not authorized`,
    });
    expect(await keyOf(roles)).toMatch(/without credentials/);
    expect(await keyOf(roles)).toBe('AK3');
  });
});
