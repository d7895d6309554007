import * as z from 'zod';
import type { OldSecretCount } from '#shared/pipeline/ports.ts';
import { isAccepted, isPrevious } from '#shared/registry/accepted-secrets.ts';
import type { Connector } from '#shared/registry/records.ts';
import { idShape, timeShape } from './common.ts';
import { connectorShape } from './connector.ts';
import { named } from './named.ts';
import { provisionFailureShape, provisionMembers, provisionShape } from './provision.ts';

const secretsBody = z.record(z.string(), z.unknown());

export const rotationBody = named(
  'RotationStart',
  z.strictObject({
    secrets: secretsBody.exactOptional().meta({
      description:
        'The new values; those left out stay. Left out whole: the one that signs is made here and shown once',
      writeOnly: true,
    }),
    keyId: idShape.exactOptional().describe('Which of several current credentials is replaced'),
    overlapDays: z
      .int()
      .min(1)
      .max(90)
      .exactOptional()
      .describe("How long both are accepted. Left out: the gateway's retry window (IXOPAY 8 days)"),
    provision: z.boolean().exactOptional().describe('true: the gateway is given the new secret through its API, too'),
    ...provisionMembers,
  }),
);

const previousShape = z.object({
  keyId: z.string(),
  validUntil: timeShape.optional(),
  callbacks: z.number().int().describe('Callbacks that it signed since the rotation began, repeats not counted'),
  lastAt: timeShape.optional().describe('When the last of them was received'),
});

export const rotationShape = named(
  'Rotation',
  z.object({
    state: z.enum(['none', 'overlap', 'ended']).describe('overlap: the old secret is accepted beside the new one'),
    current: z.array(z.string()).describe('Key ids'),
    previous: z.array(previousShape),
  }),
);

export const startedRotationShape = named(
  'StartedRotation',
  rotationShape.extend({
    keyId: z.string().describe('Of the new secret'),
    generated: z
      .record(z.string(), z.string())
      .optional()
      .describe('The secret that was made here: shown now and never again'),
    connector: connectorShape,
    provision: z.union([provisionShape, provisionFailureShape]).optional(),
    nextSteps: z.array(z.string()).describe('What is left to do, by whom, in this order'),
  }),
);

export const revokeBody = named(
  'SecretRevocation',
  z.strictObject({ keyId: idShape.exactOptional().describe('Left out: the one that a rotation is taking out of use') }),
);

export const credentialBody = named(
  'CredentialChange',
  z.strictObject({
    secrets: secretsBody.exactOptional().meta({
      description: 'Of a new credential, all that the gateway needs; of one that is there, left out',
      writeOnly: true,
    }),
    active: z.boolean().exactOptional().describe('false: not accepted. Left out: as it is, at first true'),
  }),
);

export const tokenBody = named(
  'CallbackTokenRenewal',
  z.strictObject({
    revokePrevious: z
      .boolean()
      .exactOptional()
      .describe('true: URLs with earlier tokens are refused from now on. Left out: they are taken for 540 days'),
  }),
);

export function rotationView(
  connector: Connector,
  uses: Readonly<Record<string, OldSecretCount>>,
  now: Date,
): z.infer<typeof rotationShape> {
  const previous = connector.secrets.filter(isPrevious).filter(({ revokedAt }) => revokedAt === undefined);
  const isOpen = previous.some((secret) => isAccepted(secret, now));
  return {
    state: isOpen ? 'overlap' : previous.length > 0 ? 'ended' : 'none',
    current: connector.secrets
      .filter((secret) => !isPrevious(secret) && isAccepted(secret, now))
      .map(({ keyId }) => keyId),
    previous: previous.map(({ keyId, validUntil }) => {
      const { callbacks = 0, lastAt } = uses[keyId] ?? {};
      return {
        ...{ keyId, callbacks },
        ...(validUntil === undefined ? {} : { validUntil }),
        ...(lastAt === undefined ? {} : { lastAt }),
      };
    }),
  };
}
