import * as z from 'zod';
import type { HeadRow } from '#shared/pipeline/ports.ts';
import type { Page, PageRequest } from '#shared/registry/records.ts';
import type { AdminDeps } from '../admin-deps.ts';
import { json } from '../answer.ts';
import { exportPage } from '../export-page.ts';
import { NO_BODY, NO_PARAMS, type Route, route } from '../route.ts';
import { idShape, MAX_LIMIT, pageParameters, timeParameter } from '../shapes/common.ts';
import { subjectListShapes } from '../shapes/subjects.ts';
import { CSV, csv, NDJSON, ndjson, representationFor } from '../table-export.ts';
import { allPages, pageRequest } from './pages.ts';
import type { SubjectSpec } from './subject-spec.ts';
import { viewsOf } from './subject-view.ts';

const FLAGS = ['contradictory', 'uncertain', 'unresolved', 'anomaly', 'unlinked', 'unproven', 'risk_review'] as const;
const text = z.string().min(1).max(512);

/** Newest first, by the time of the first version. */
export function subjectListRoute(deps: AdminDeps, spec: SubjectSpec): Route {
  return route({
    method: 'GET',
    path: `/${spec.plural}`,
    operationId: `list${spec.title}s`,
    tag: `${spec.title}s`,
    summary: `${spec.title}s, newest first`,
    description:
      `With \`Accept: ${NDJSON}\` or \`${CSV}\` all pages come in one answer, and limit is not looked at; on AWS in ` +
      'answers of at most 5 MB, each but the last with `Link: <…>; rel="next"`, the heading line in the first only. ' +
      `Columns of the CSV: ${spec.columns.map(([heading]) => heading).join(', ')}. ` +
      'A cell that a spreadsheet would run as a formula begins with an apostrophe.',
    auth: 'merchant',
    merchantView: 'query',
    params: NO_PARAMS,
    query: querySchema(spec),
    body: NO_BODY,
    answers: {
      200: {
        description: `A page of ${spec.plural}`,
        schema: subjectListShapes[spec.type],
        also: { [NDJSON]: 'One JSON object a line', [CSV]: 'RFC 4180 with a heading line' },
      },
    },
    async handle({ query, headers }) {
      const { limit: _limit, cursor: _cursor, ...filter } = query;
      const representation = representationFor(headers['accept']);
      const find = (page: PageRequest) => deps.ledger.find({ ...filter, ...page, type: spec.type });
      if (representation === 'application/json') {
        const page = await find(pageRequest(query));
        return json({ items: await viewsOf(deps.ledger, page.items), cursor: page.cursor });
      }
      // The first page is read before the answer begins, so that a bad cursor is an error and not half a list.
      if (deps.exportLimit === undefined) {
        const rows = allViews(deps, await find({ ...pageRequest(query), limit: MAX_LIMIT }), find);
        return representation === NDJSON ? ndjson(rows) : csv(spec.columns, rows);
      }
      return exportPage({
        representation,
        columns: spec.columns,
        ...(query.cursor !== undefined && { cursor: query.cursor }),
        find,
        viewsOf: (heads) => viewsOf(deps.ledger, heads),
        listUrl: `${deps.schemaBase}/${spec.plural}`,
        filter,
        limit: deps.exportLimit,
        clock: deps.clock,
      });
    },
  });
}

async function* allViews(
  deps: AdminDeps,
  first: Page<HeadRow>,
  find: (page: PageRequest) => Promise<Page<HeadRow>>,
): AsyncGenerator<readonly object[]> {
  for await (const heads of allPages(first, find)) yield await viewsOf(deps.ledger, heads);
}

/** The filters that the spec names, and paging. */
function querySchema(spec: SubjectSpec) {
  const all = z.strictObject({
    ...pageParameters,
    merchantId: idShape.exactOptional(),
    connectorId: idShape.exactOptional(),
    kind: z.enum(spec.kinds).exactOptional(),
    status: z.enum(spec.statuses).exactOptional(),
    mode: z.enum(['live', 'test']).exactOptional(),
    merchantReference: text.exactOptional(),
    purchaseReference: text.exactOptional(),
    alias: text.exactOptional().describe('Any of its other ids'),
    flag: z.enum(FLAGS).exactOptional(),
    from: timeParameter.exactOptional().describe('Time of version 1 not before'),
    to: timeParameter.exactOptional().describe('Time of version 1 before'),
  });
  const offered = ['limit', 'cursor', 'merchantId', 'connectorId', 'status', 'mode', 'flag', 'from', 'to'] as const;
  const mask: { [Name in keyof typeof all.shape]?: true } = {};
  for (const name of [...offered, ...spec.filters]) mask[name] = true;
  return all.pick(mask);
}
