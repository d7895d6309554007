import * as z from 'zod';
import { outcomesOf } from '#shared/pipeline/outcomes-of.ts';
import type { CallbackOutcome, InboxRow, InboxRowHead, NotableOutcome } from '#shared/pipeline/ports.ts';
import type { Page } from '#shared/registry/records.ts';
import type { AdminDeps } from '../admin-deps.ts';
import { json, notFound } from '../answer.ts';
import { redactBytes, redactText } from '../redaction/redact.ts';
import { NO_BODY, NO_PARAMS, type Route, route } from '../route.ts';
import { idShape, pageParameters, timeParameter } from '../shapes/common.ts';
import { callbackListShape, NOTABLE_OUTCOMES, rawCallbackShape } from '../shapes/operations.ts';
import { pageRequest } from './pages.ts';
import { verdictView } from './verdict-view.ts';

const query = z.strictObject({
  connectorId: idShape.exactOptional(),
  from: timeParameter.exactOptional().describe('Received not before'),
  to: timeParameter.exactOptional().describe('Received before'),
  outcome: z.enum(NOTABLE_OUTCOMES).exactOptional(),
  ...pageParameters,
});
type Query = z.output<typeof query>;

export function callbackRoutes(deps: AdminDeps): readonly Route[] {
  return [listRoute(deps), rawRoute(deps)];
}

function listRoute(deps: AdminDeps): Route {
  return route({
    method: 'GET',
    path: '/callbacks',
    operationId: 'listCallbacks',
    tag: 'Callbacks',
    summary: 'Stored callbacks, newest first, each with its outcome',
    auth: 'operator',
    params: NO_PARAMS,
    query,
    body: NO_BODY,
    answers: { 200: { description: 'A page of callbacks', schema: callbackListShape } },
    async handle(call) {
      const { outcome } = call.query;
      return json(await (outcome === undefined ? all(deps, call.query) : withOutcome(deps, call.query, outcome)));
    },
  });
}

async function all(deps: AdminDeps, asked: Query): Promise<Page<object>> {
  const { limit: _limit, cursor: _cursor, outcome: _outcome, ...filter } = asked;
  const page = await deps.inbox.list({ ...filter, ...pageRequest(asked) });
  const items: object[] = [];
  for (let start = 0; start < page.items.length; start += BODIES_AT_ONCE) {
    const heads = page.items.slice(start, start + BODIES_AT_ONCE);
    const outcomes = await outcomesOf(deps, await rowsOf(deps, heads));
    items.push(...heads.map((row) => callbackView(row, outcomes[row.callbackId])));
  }
  return { items, cursor: page.cursor };
}

/** An ordinary outcome is read from what the body says; bodies may be large. */
const BODIES_AT_ONCE = 25;

async function rowsOf(deps: AdminDeps, heads: readonly Pick<InboxRowHead, 'callbackId'>[]): Promise<InboxRow[]> {
  const rows = await Promise.all(heads.map(({ callbackId }) => deps.inbox.get(callbackId)));
  return rows.filter((row) => row !== undefined);
}

async function withOutcome(deps: AdminDeps, asked: Query, outcome: NotableOutcome): Promise<Page<object>> {
  const { limit: _limit, cursor: _cursor, outcome: _outcome, ...filter } = asked;
  const page = await deps.ledger.callbacksWithOutcome({ ...filter, ...pageRequest(asked), outcome });
  const rows = await rowsOf(
    deps,
    page.items.map((callbackId) => ({ callbackId })),
  );
  return { items: rows.map((row) => callbackView(row, outcome)), cursor: page.cursor };
}

function rawRoute(deps: AdminDeps): Route {
  return route({
    method: 'GET',
    path: '/callbacks/{callbackId}',
    operationId: 'getCallback',
    tag: 'Callbacks',
    summary: 'One stored callback with its body; the look is audited',
    description:
      'Numbers of cards and accounts, security codes and magnetic stripes are masked with asterisks, in headers and query ' +
      'too; `raw=true` shows the bytes as they came, and is audited as such. What is encrypted or in base64 is not looked into.',
    auth: 'operator',
    params: z.strictObject({ callbackId: z.string().min(1).max(512) }),
    query: z.strictObject({
      raw: z.enum(['true', 'false']).exactOptional().describe('true: nothing is masked; false by default'),
    }),
    body: NO_BODY,
    answers: { 200: { description: 'The callback', schema: rawCallbackShape } },
    problems: ['not_found'],
    async handle({ params: { callbackId }, query: asked, who }) {
      const row = await deps.inbox.get(callbackId);
      if (row === undefined) return notFound(`There is no stored callback ${JSON.stringify(callbackId)}.`);
      const at = deps.clock.now().toISOString();
      const resource = `/callbacks/${callbackId}`;
      // Before the answer: nobody sees raw bytes without a trace of it.
      const isRaw = asked.raw === 'true';
      const what = isRaw ? 'callback.read-raw' : 'callback.read';
      await deps.registry.appendAudit({ at, who, what, resource, changes: [] });
      const outcomes = await outcomesOf(deps, [row]);
      const view = callbackView(row, outcomes[callbackId]);
      return json({ ...view, ...(isRaw ? rawParts(row) : maskedParts(row)) });
    },
  });
}

function rawParts({ headers, declared, body, rawQuery }: InboxRow): object {
  return { rawQuery, headers, declared, bodyBase64: Buffer.from(body).toString('base64'), masked: 0 };
}

function maskedParts({ headers, declared, body }: InboxRow): object {
  const { value, places } = redactBytes(body);
  return {
    ...{ headers: maskedTexts(headers), declared: maskedTexts(declared) },
    ...{ bodyBase64: Buffer.from(value).toString('base64'), masked: places },
  };
}

function maskedTexts(texts: Readonly<Record<string, string>>): object {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, redactText(text).value]));
}

/** Where a gateway does not sign, the path ends in a token that opens the callback URL. */
function withoutToken(path: string): string {
  return path.replace(/(\/callbacks\/[^/]+\/)[^/]+/, '$1***');
}

/** Member by member: neither bytes nor headers in lists. */
function callbackView(row: InboxRowHead, outcome: CallbackOutcome | undefined): object {
  const { callbackId, connectorId, merchantId, gateway, source, mode, receivedAt, method, path, rawQuery } = row;
  return {
    ...{ callbackId, connectorId, merchantId, gateway, source, mode, receivedAt, method },
    ...{ path: withoutToken(path), rawQuery: redactText(rawQuery).value },
    ...verdictView(row),
    bodySha256: row.bodySha256,
    outcome: outcome ?? null,
  };
}
