import { z } from 'zod';
import type { Clock } from '#shared/pipeline/ports.ts';
import type { RedriveReport } from '#shared/pipeline/redrive.ts';
import type { AuditLog } from '#shared/registry/audit-log.ts';
import { json } from './answer.ts';
import { NO_PARAMS, NO_QUERY, type Route, route } from './route.ts';
import { timeParameter } from './shapes/common.ts';

export interface RedriveRouteDeps {
  /** `from`: ISO time, UTC. */
  readonly redrive: (from: string) => Promise<RedriveReport>;
  readonly registry: AuditLog;
  readonly clock: Clock;
}

const reportShape = z
  .object({
    callbacks: z.number().int().describe('Stored callbacks that were applied again'),
    failed: z.number().int(),
    subjects: z.number().int(),
    versions: z.number().int().describe('Versions since then that were handed to the subscriptions again'),
  })
  .describe('What a redrive did');

/** `POST /redrive`: the one recovery (DESIGN.md). Answers when it is done. */
export function redriveRoute(deps: RedriveRouteDeps): Route {
  return route({
    method: 'POST',
    path: '/redrive',
    operationId: 'redrive',
    tag: 'Operations',
    summary: 'Apply and publish again all that came in since a time; harmless where it had been done',
    auth: 'operator',
    params: NO_PARAMS,
    query: NO_QUERY,
    body: z.strictObject({ from: timeParameter }),
    answers: { 200: { description: 'Done', schema: reportShape } },
    async handle({ body: { from }, who }) {
      const at = deps.clock.now().toISOString();
      await deps.registry.appendAudit({ at, who, what: 'redrive', resource: '/redrive', changes: ['from'] });
      return json(await deps.redrive(from));
    },
  });
}
