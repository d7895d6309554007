import * as z from 'zod';
import { GATEWAY_NAMES } from '#shared/gateways/gateway-names.ts';
import { isAccepted, isPrevious } from '#shared/registry/accepted-secrets.ts';
import type { ConnectorWithToken } from '#shared/registry/callback-token.ts';
import { describeMissing, readinessOf } from '#shared/registry/readiness.ts';
import type { Connector, SealedSecret } from '#shared/registry/records.ts';
import { retiresAt } from '#shared/registry/retirement.ts';
import { idShape, timeShape } from './common.ts';
import { listOf, named } from './named.ts';

const credentialShape = named(
  'Credential',
  z.object({
    keyId: z.string().describe('As callbacks name the one that proved them'),
    role: z.enum(['current', 'previous']),
    state: z.enum(['accepted', 'inactive', 'ended', 'revoked']),
    createdAt: timeShape,
    validUntil: timeShape.optional().describe('Of a previous one: refused from then on'),
    revokedAt: timeShape.optional(),
    inactiveSince: timeShape.optional(),
  }),
);

const amount = z.string().regex(/^\d{1,16}(?:\.\d{1,6})?$/, 'must be a decimal number, such as 10.50');
const checksShape = z.strictObject({
  expectedFormat: z.enum(['json', 'xml']).exactOptional(),
  disabledTransactionTypes: z.array(z.string().min(1).max(64)).max(50).exactOptional(),
  minAmount: amount.exactOptional(),
  maxAmount: amount.exactOptional(),
  convenienceFees: z
    .array(
      z.strictObject({
        paymentType: z.string().min(1).max(64).exactOptional(),
        minRange: amount.exactOptional(),
        maxRange: amount.exactOptional(),
        feeAmount: amount.exactOptional(),
      }),
    )
    .max(100)
    .exactOptional(),
  expirationMinutes: z.int().min(1).max(527_040).exactOptional().describe('After them a PENDING payment is due'),
  schedules: z.boolean().exactOptional(),
  virtualTerminal: z.boolean().exactOptional(),
  tokens: z.boolean().exactOptional(),
});

export const connectorShape = named(
  'Connector',
  z.object({
    connectorId: z.string(),
    merchantId: z.string(),
    gateway: z.string(),
    name: z.string(),
    settings: z.record(z.string(), z.unknown()),
    secretNames: z.array(z.string()).describe('Which secrets are set; their values never come back'),
    credentials: z.array(credentialShape).describe('Generations of secrets, and those that are live side by side'),
    testMode: z.boolean(),
    active: z.boolean(),
    archived: z.boolean(),
    inactiveSince: timeShape.optional(),
    archivedAt: timeShape.optional(),
    callbacksUntil: timeShape.optional().describe('Out of use, it takes verified callbacks until then'),
    readiness: z.enum(['ready', 'incomplete']).describe('incomplete: callbacks are answered 503 until it is ready'),
    missing: z.array(z.string()).optional().describe('JSON pointers of what makes it incomplete, and why'),
    checks: checksShape.optional().describe('What callbacks are expected to be; others are flagged, never dropped'),
    shape: z.enum(['ixopay', 'paylock', 'payment-processor']).optional().describe('As which document it was imported'),
    callbackUrl: z
      .string()
      .describe('To be registered at the gateway. Where it ends in a token, the token is shown once, then {token}'),
    version: z.number().int(),
    createdAt: timeShape,
    updatedAt: timeShape,
  }),
);

/** What a merchant sees of its own connector: settings, secrets and expectations are the operator's. */
const ownConnectorShape = named(
  'OwnConnector',
  connectorShape.pick({
    ...{ connectorId: true, merchantId: true, gateway: true, name: true, testMode: true },
    ...{ active: true, archived: true, callbackUrl: true, version: true, createdAt: true, updatedAt: true },
  }),
);
export const shownConnectorShape = named('ShownConnector', z.union([connectorShape, ownConnectorShape]));
export const connectorListShape = listOf('ConnectorList', shownConnectorShape);

/** With `?shape=`: a document of another system, whatever it holds. */
export const connectorOrDocumentShape = named(
  'ConnectorOrDocument',
  z.union([shownConnectorShape, z.record(z.string(), z.unknown())]),
);

/** Members that a PUT of a connector that is there must not leave out: it is a full update. */
export const FULL_UPDATE = ['name', 'settings', 'testMode', 'active'] as const;

export const connectorBody = named(
  'ConnectorChange',
  z.strictObject({
    connectorId: idShape.exactOptional().describe('As in the path'),
    merchantId: idShape.describe('Never changes'),
    gateway: z
      .string()
      .min(1)
      .max(64)
      .describe(`Never changes; one of ${GATEWAY_NAMES.join(', ')}`),
    name: z
      .string()
      .trim()
      .min(1)
      .max(50)
      .exactOptional()
      .describe('IXOPAY: at least 3 characters. Of a new connector, left out: its id'),
    settings: z
      .record(z.string(), z.unknown())
      .exactOptional()
      .describe("The gateway's settings, all of them. Of a new connector, left out: none"),
    secrets: z
      .record(z.string(), z.unknown())
      .exactOptional()
      .meta({
        description:
          'All secrets of the gateway: they take the place of the present ones at once (POST …/rotation: with an overlap). ' +
          'Left out: unchanged; of a new connector: none, so that it is incomplete',
        writeOnly: true,
      }),
    testMode: z.boolean().exactOptional().describe('Of a new connector, left out: false'),
    active: z.boolean().exactOptional().describe('Of a new connector, left out: true'),
    checks: checksShape.exactOptional().describe('Left out: as they are'),
  }),
);

/** Member by member, so that nothing sealed can come along. */
export function connectorView(
  connector: ConnectorWithToken,
  home: { readonly callbackBase: string; readonly gateways: Readonly<Record<string, unknown>>; readonly now: Date },
): z.infer<typeof connectorShape> {
  const { connectorId, merchantId, gateway, name, settings, secretNames, checks, shape } = connector;
  const { testMode, active, archived, archivedAt, inactiveSince, version, createdAt, updatedAt } = connector;
  const readiness = readinessOf(connector, home.gateways);
  const until = retiresAt(connector);
  return {
    ...{ connectorId, merchantId, gateway, name, settings: { ...settings }, secretNames: [...secretNames] },
    credentials: connector.secrets.map((secret) => credentialView(secret, home.now)),
    ...{ testMode, active, archived },
    ...(inactiveSince === undefined ? {} : { inactiveSince }),
    ...(archivedAt === undefined ? {} : { archivedAt }),
    ...(until === undefined ? {} : { callbacksUntil: until }),
    readiness: readiness.ready ? 'ready' : 'incomplete',
    ...(readiness.ready ? {} : { missing: readiness.missing.map((pointer) => describeMissing([pointer])) }),
    ...(checks === undefined ? {} : { checks: checksShape.parse(checks) }),
    ...(shape === undefined ? {} : { shape: shape.kind }),
    ...{ callbackUrl: callbackUrlOf(connector, home.callbackBase), version, createdAt, updatedAt },
  };
}

/** An allow-list: what is added to a connector is the operator's until it is named here. */
export function ownConnectorView(view: z.infer<typeof connectorShape>): z.infer<typeof ownConnectorShape> {
  return ownConnectorShape.parse(view);
}

function callbackUrlOf(connector: ConnectorWithToken, callbackBase: string): string {
  const { connectorId, callbackToken = '{token}', callbackTokenSha256 } = connector;
  const url = `${callbackBase.replace(/\/+$/, '')}/callbacks/${connectorId}`;
  return callbackTokenSha256 === undefined ? url : `${url}/${callbackToken}`;
}

function credentialView(secret: SealedSecret, now: Date): z.infer<typeof credentialShape> {
  const { keyId, createdAt, validUntil, revokedAt, inactiveSince } = secret;
  return {
    ...{ keyId, role: isPrevious(secret) ? 'previous' : 'current', state: stateOf(secret, now), createdAt },
    ...(validUntil === undefined ? {} : { validUntil }),
    ...(revokedAt === undefined ? {} : { revokedAt }),
    ...(inactiveSince === undefined ? {} : { inactiveSince }),
  };
}

function stateOf(secret: Connector['secrets'][number], now: Date): z.infer<typeof credentialShape>['state'] {
  if (isAccepted(secret, now)) return 'accepted';
  if (secret.revokedAt !== undefined) return 'revoked';
  return secret.inactiveSince === undefined ? 'ended' : 'inactive';
}
