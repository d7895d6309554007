import * as z from 'zod';
import type { ProvisionRefusal, ProvisionReport } from '#shared/registry/push-to-gateway.ts';
import { named } from './named.ts';

/** By JSON pointer into the imported document; never stored. */
const gatewaySecrets = z
  .record(z.string().max(128), z.string().max(1_024))
  .refine((given) => Object.keys(given).length <= 20, 'must be at most 20')
  .meta({
    description:
      "Secrets of the gateway's own configuration that are not kept here, for this request only, by JSON pointer into the " +
      'imported document: /config/password',
    writeOnly: true,
  });

const acknowledgeRequestSigning = z
  .boolean()
  .describe('true: you know that the secret that is sent also signs requests, and who must change it (mustChange)');

/** What a rotation may say of the gateway's side, beside `provision`. */
export const provisionMembers = {
  acknowledgeRequestSigning: acknowledgeRequestSigning.exactOptional(),
  gatewaySecrets: gatewaySecrets.exactOptional(),
};

export const provisionBody = named(
  'ProvisionRequest',
  z.strictObject({
    dryRun: z.boolean().exactOptional().describe('true: shows the request, secrets masked, and changes nothing'),
    ...provisionMembers,
  }),
);

export const provisionShape = named(
  'Provision',
  z.object({
    outcome: z.enum(['shown', 'provisioned']),
    request: z.object({
      method: z.string(),
      url: z.string(),
      headers: z.record(z.string(), z.string()),
      body: z.record(z.string(), z.unknown()).describe('Every secret is ***'),
    }),
    notes: z.array(z.string()).describe('What was left out of the request, and why'),
    mustChange: z.array(z.string()).describe('Who must change what at the same moment'),
  }),
);

/** Half-way through a rotation: the secret is new here, and the gateway does not have it for certain. */
export const provisionFailureShape = named(
  'ProvisionFailure',
  z.object({
    outcome: z.literal('failed'),
    code: z.string(),
    reason: z.string().optional().describe('What the gateway said, or what happened on the way'),
    changed: z.enum(['no', 'unknown']).describe('Whether the gateway’s side is as it was'),
    detail: z.string(),
  }),
);

export function failureView(refusal: ProvisionRefusal): z.infer<typeof provisionFailureShape> {
  const { code, reason, changed, detail } = refusal;
  return { outcome: 'failed', code, ...(reason === undefined ? {} : { reason }), changed, detail };
}

export function provisionView(report: ProvisionReport): z.infer<typeof provisionShape> {
  const { outcome, request, notes, mustChange } = report;
  const { method, url, headers, body } = request;
  return {
    ...{ outcome, request: { method, url, headers: { ...headers }, body: { ...body } } },
    ...{ notes: [...notes], mustChange: [...mustChange] },
  };
}
