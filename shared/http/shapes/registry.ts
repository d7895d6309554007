import * as z from 'zod';
import { INSTRUMENT_KINDS, TRANSACTION_KINDS } from '#shared/model/vocabulary.ts';
import { isLive, type MerchantToken } from '#shared/registry/merchant-tokens.ts';
import { GREATEST_QUOTAS, quotasOf } from '#shared/registry/quotas.ts';
import type { Merchant, MerchantQuotas, Subscription } from '#shared/registry/records.ts';
import { idShape, timeParameter, timeShape } from './common.ts';
import { listOf, named } from './named.ts';

const rowMembers = { version: z.number().int(), createdAt: timeShape, updatedAt: timeShape };
const nameShape = z.string().trim().min(1).max(200);

function quotaMembers<T extends z.ZodType>(each: (quota: z.ZodNumber) => T) {
  const quota = (name: keyof MerchantQuotas, description: string) =>
    each(z.number().int().min(1).max(GREATEST_QUOTAS[name]).describe(description));
  return {
    connectors: quota('connectors', 'In use: archived ones are not counted'),
    subscriptions: quota('subscriptions', 'Each is one more copy of every event'),
    tokens: quota('tokens', 'That open anything'),
    requestsPerSecond: quota('requestsPerSecond', 'To this API, with each credential of the merchant'),
  };
}

export const merchantShape = named(
  'Merchant',
  z.object({
    ...{ merchantId: z.string(), name: z.string(), quotas: z.object(quotaMembers((quota) => quota)) },
    ...{ archived: z.boolean(), ...rowMembers },
  }),
);
export const merchantListShape = listOf('MerchantList', merchantShape);

export const merchantBody = named(
  'MerchantChange',
  z.strictObject({
    merchantId: idShape.exactOptional().describe('As in the path'),
    name: nameShape.exactOptional().describe('Left out: as it was, at first the id'),
    quotas: z
      .strictObject(quotaMembers((quota) => quota.exactOptional()))
      .exactOptional()
      .describe('Those that differ from the defaults, all of them. Left out: as they were'),
  }),
);

export const tokenShape = named(
  'MerchantToken',
  z.object({
    tokenId: z.string(),
    name: z.string(),
    createdAt: timeShape,
    createdBy: z.string(),
    expiresAt: timeShape.optional().describe('From then on it opens nothing'),
    revokedAt: timeShape.optional(),
    live: z.boolean().describe('Whether it opens anything now'),
    token: z.string().optional().describe('Shown once: in the answer that makes it'),
  }),
);
export const tokenListShape = listOf('MerchantTokenList', tokenShape);

export const tokenBody = named(
  'MerchantTokenOrder',
  z.strictObject({
    name: nameShape.exactOptional().describe('What it is for; left out: its id'),
    expiresAt: timeParameter.exactOptional().describe('Left out: it opens until it is revoked'),
  }),
);

const MODES = ['live', 'test', 'both'] as const;
const KINDS = [...TRANSACTION_KINDS, 'schedule', ...INSTRUMENT_KINDS, 'notice'] as const;

const filterMembers = {
  types: z.array(z.string()),
  kinds: z.array(z.string()),
  connectors: z.array(z.string()),
  mode: z.enum(MODES),
};

export const subscriptionShape = named(
  'Subscription',
  z.object({
    merchantId: z.string(),
    subscriptionId: z.string(),
    queue: z.object({
      url: z.string(),
      arn: z.string().optional().describe("Absent at another endpoint than AWS's"),
      fifo: z.boolean(),
      managed: z.boolean(),
      roleArn: z.string().optional().describe('Events are sent with this role; its ExternalId is the merchantId'),
      readers: z.array(z.string()).optional().describe('Of a managed queue: who may consume beside its own account'),
    }),
    queueUrl: z.string(),
    ...filterMembers,
    filters: z
      .array(z.object({ from: timeShape, ...filterMembers }))
      .describe('Every filter and the time from which it is in force; a version is judged by that of its own time'),
    paused: z.boolean(),
    readToken: z.string().optional().describe('Shown once: when the subscription or a new token is made'),
    ...rowMembers,
  }),
);
export const subscriptionListShape = listOf('SubscriptionList', subscriptionShape);

const typePattern = z.string().min(1).max(128);

export const subscriptionBody = named(
  'SubscriptionChange',
  z.strictObject({
    merchantId: idShape.exactOptional().describe('As in the path'),
    subscriptionId: idShape.exactOptional().describe('As in the path'),
    queue: z
      .strictObject({
        managed: z.boolean().exactOptional().describe("true: made here under the home's prefix"),
        url: z.string().min(1).max(2048).exactOptional().describe('Of a queue of yours, where not managed'),
        fifo: z.boolean().exactOptional().describe('Left out: true if managed, else as the name of the queue says'),
        roleArn: z
          .string()
          .min(1)
          .max(2048)
          .exactOptional()
          .describe("With url: a role in the queue's account to send with; the ExternalId is the merchantId"),
        readers: z
          .array(z.string().min(1).max(2048))
          .max(500)
          .exactOptional()
          .describe('With managed: ARNs of accounts and roles that may consume. Left out: as they are; []: none'),
      })
      .superRefine((queue, context) => {
        const isManaged = queue.managed === true;
        const wrong = (message: string, ...path: string[]) => context.addIssue({ code: 'custom', message, path });
        if (isManaged === (queue.url !== undefined)) wrong('must hold either "managed": true or the "url" of a queue');
        if (isManaged && queue.roleArn !== undefined) wrong('is for a queue named by its url: leave it out', 'roleArn');
        if (!isManaged && queue.readers !== undefined) wrong('is for a managed queue: leave it out', 'readers');
      }),
    types: z.array(typePattern).min(1).max(100).describe('Patterns: * is one segment, a trailing * the rest'),
    kinds: z.array(z.enum(KINDS)).max(KINDS.length).default([]).describe('Empty: all'),
    connectors: z.array(idShape).max(500).default([]).describe('Empty: all of the merchant'),
    mode: z.enum(MODES).default('live'),
    paused: z.boolean().exactOptional().describe('true: events are parked. Left out: as it is'),
    startAt: timeParameter
      .exactOptional()
      .describe('When it begins, if earlier than it did; left out: now. A backfill sends what lies between'),
  }),
);

export function merchantView(merchant: Merchant): z.infer<typeof merchantShape> {
  const { merchantId, name, archived, version, createdAt, updatedAt } = merchant;
  return { merchantId, name, quotas: quotasOf(merchant), archived, version, createdAt, updatedAt };
}

/** Member by member, so that no digest can come along. */
export function tokenView(token: MerchantToken, now: Date, value?: string): z.infer<typeof tokenShape> {
  const { tokenId, name, createdAt, createdBy, expiresAt, revokedAt } = token;
  return {
    ...{ tokenId, name, createdAt, createdBy, live: isLive(token, now) },
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(revokedAt === undefined ? {} : { revokedAt }),
    ...(value === undefined ? {} : { token: value }),
  };
}

export function subscriptionView(subscription: Subscription, readToken?: string): z.infer<typeof subscriptionShape> {
  const { merchantId, subscriptionId, queue, paused, version, createdAt, updatedAt } = subscription;
  const filters = subscription.entries.map(({ from, filter }) => ({ from, ...filterView(filter) }));
  const newest = subscription.entries.at(-1)?.filter ?? { types: [], kinds: [], connectors: [], mode: 'live' };
  return {
    ...{ merchantId, subscriptionId, queue: queueView(subscription), queueUrl: queue.url },
    ...{ ...filterView(newest), filters, paused },
    ...(readToken === undefined ? {} : { readToken }),
    ...{ version, createdAt, updatedAt },
  };
}

function queueView({ queue, readers }: Subscription): z.infer<typeof subscriptionShape>['queue'] {
  const { url, arn, fifo, managed, roleArn } = queue;
  return {
    ...{ url, fifo, managed },
    ...(arn === undefined ? {} : { arn }),
    ...(roleArn === undefined ? {} : { roleArn }),
    ...(managed ? { readers: [...(readers ?? [])] } : {}),
  };
}

function filterView(filter: Subscription['entries'][number]['filter']) {
  const { types, kinds, connectors, mode } = filter;
  return { types: [...types], kinds: [...kinds], connectors: [...connectors], mode };
}
