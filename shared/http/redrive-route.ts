import * as z from 'zod';
import type { Clock } from '#shared/pipeline/ports.ts';
import type { RedriveOptions, RedriveReport } from '#shared/pipeline/redrive.ts';
import { auditFacts } from '#shared/registry/audit-change.ts';
import type { AuditLog } from '#shared/registry/audit-log.ts';
import { json } from './answer.ts';
import { NO_PARAMS, NO_QUERY, type Route, route } from './route.ts';
import { PAGE_BUDGET_MS } from './routes/backfill.ts';
import { pageCursorMember } from './shapes/backfill.ts';
import { timeParameter } from './shapes/common.ts';

export interface RedriveRouteDeps {
  /** One page; `from`: ISO time, UTC. */
  readonly redrive: (from: string, options: RedriveOptions) => Promise<RedriveReport>;
  readonly registry: AuditLog;
  readonly clock: Clock;
}

const reportShape = z
  .object({
    callbacks: z.number().int().describe('Stored callbacks that were applied again'),
    failed: z.number().int(),
    subjects: z.number().int(),
    versions: z.number().int().describe('Versions since then that were handed to the subscriptions again'),
    cursor: z.string().nullable().describe('null: done'),
  })
  .describe('What this page of a redrive did');

/** `POST /redrive`: the one recovery (DESIGN.md), page by page. */
export function redriveRoute(deps: RedriveRouteDeps): Route {
  return route({
    method: 'POST',
    path: '/redrive',
    operationId: 'redrive',
    tag: 'Operations',
    summary: 'Apply and publish again all that came in since a time; harmless where it had been done',
    description: 'A page takes about 20 s. Repeat the request with the `cursor` of its answer until that is null.',
    auth: 'operator',
    params: NO_PARAMS,
    query: NO_QUERY,
    body: z.strictObject({ from: timeParameter, cursor: pageCursorMember.exactOptional() }),
    answers: { 200: { description: 'What this page did', schema: reportShape } },
    problems: ['invalid_cursor'],
    async handle({ body: { from, cursor }, who }) {
      const at = deps.clock.now().toISOString();
      await deps.registry.appendAudit({
        at,
        who,
        what: 'redrive',
        resource: '/redrive',
        changes: auditFacts({ from }),
      });
      const options = { budgetMs: PAGE_BUDGET_MS, ...(cursor === undefined ? {} : { cursor }) };
      return json(await deps.redrive(from, options));
    },
  });
}
