import { canonicalJson } from '#shared/model/canonical.ts';
import type { Anomaly, Notification } from '#shared/model/notification.ts';
import type { ReportReading } from '../gateway.ts';
import { unrecognized } from '../notice.ts';
import { MAX_DEPTH } from './body-reading.ts';
import { isSubjectId, isTree, ownField, type Tree } from './field-reader.ts';
import { shownWord } from './notice.ts';
import { readSubjectId } from './postback.ts';
import { readSubjects } from './subjects.ts';
import type { Outcome } from './transaction.ts';

/** What `returnType` of a synchronous answer means (wire 5). */
const RETURN_TYPES: ReadonlyMap<string, Outcome> = new Map<string, Outcome>([
  ['FINISHED', { status: 'FINISHED' }],
  ['ERROR', { status: 'ERROR' }],
  ['REDIRECT', { status: 'PENDING', pendingReason: 'redirect' }],
  ['HTML', { status: 'PENDING', pendingReason: 'html' }],
  ['PENDING', { status: 'PENDING', pendingReason: 'async' }],
  ['PENDING_DCC', { status: 'PENDING', pendingReason: 'dcc' }],
]);

/** A uuid is enough to know and await a transaction, whatever else the answer says (model.md 7). */
const AWAITED: Outcome = { status: 'PENDING', pendingReason: 'unproven' };

/** What the answer does not repeat and the merchant's request knows. */
const REQUEST_FIELDS = [
  'transactionType',
  'referenceUuid',
  'tokenType',
  'amount',
  'currency',
  'merchantTransactionId',
  'merchantMetaData',
];

/**
 * `POST /transactions`: an answer with a uuid becomes an inbox row of source `reported`; one without (400, 422, error
 * 3004) made no transaction and changes nothing (model.md 7).
 */
export function readIxopayReport(report: { readonly result: unknown; readonly request?: unknown }): ReportReading {
  const { result, request } = report;
  if (!isTree(result)) return none('result must be the JSON object that the gateway answered.');
  if (request !== undefined && !isTree(request)) return none('request must be a JSON object or absent.');
  const uuid = ownField(result, 'uuid');
  if (uuid === undefined || uuid === null || uuid === '') return none(whyWithoutUuid(result));
  if (!isSubjectId(uuid))
    return none('result.uuid is not the id of a transaction: 1 to 128 characters without spaces.');
  if (isDeeperThan([result, request], MAX_DEPTH)) return none(`The report is nested deeper than ${MAX_DEPTH} levels.`);
  try {
    const text = canonicalJson(request === undefined ? { result } : { result, request });
    return { effect: 'stored', body: new TextEncoder().encode(text), subjectId: uuid };
  } catch {
    return none(
      'The report has a text or number that JSON cannot say: a lone surrogate or a value that is not finite.',
    );
  }
}

/** The body of a `reported` row. */
export function readReportBody(tree: Tree): Notification[] {
  const result = ownField(tree, 'result');
  if (!isTree(result)) return [unrecognized('missing_field', 'The report has no result object.')];
  const id = readSubjectId(result);
  if (!id.ok) return [id.notice];
  const merged = withRequest(result, ownField(tree, 'request'));
  const outcome = outcomeOf(result);
  const said = readSubjects({
    tree: merged,
    id: id.id,
    outcome: outcome ?? AWAITED,
    pushed: false,
    unknownType: 'anomaly',
  });
  return outcome === undefined ? said.map((one) => withUnknownReturnType(one, ownField(result, 'returnType'))) : said;
}

function withUnknownReturnType(notification: Notification, returnType: unknown): Notification {
  if (notification.about !== 'transaction') return notification;
  const anomaly: Anomaly =
    returnType === undefined || returnType === null
      ? { code: 'missing', field: 'returnType' }
      : { code: 'unknown_return_type', field: 'returnType', value: shownWord(returnType) };
  return { ...notification, anomalies: [...notification.anomalies, anomaly] };
}

/** A refused request has `success: false` and no returnType. */
function outcomeOf(result: Tree): Outcome | undefined {
  const returnType = ownField(result, 'returnType');
  if (typeof returnType === 'string') return RETURN_TYPES.get(returnType.toUpperCase());
  const success = ownField(result, 'success');
  const refused = (returnType === undefined || returnType === null) && (success === false || success === 'false');
  return refused ? { status: 'ERROR' } : undefined;
}

function withRequest(result: Tree, request: unknown): Tree {
  if (!isTree(request)) return result;
  const added = REQUEST_FIELDS.filter((name) => (ownField(result, name) ?? '') === '').map((name) => [
    name,
    ownField(request, name),
  ]);
  return { ...result, ...Object.fromEntries(added) };
}

function whyWithoutUuid(result: Tree): string {
  const [firstError] = [ownField(result, 'errors')].flat();
  const code = [result, ...(isTree(firstError) ? [firstError] : [])]
    .flatMap((tree) => [ownField(tree, 'errorCode'), ownField(tree, 'code')])
    .find((value) => typeof value === 'number' || (typeof value === 'string' && /^\d{1,8}$/.test(value)));
  const error = code === undefined ? '' : ` (error ${code})`;
  const known = String(code) === '3004' ? ' An earlier transaction has this id: report or look up that one.' : '';
  return `The answer has no uuid${error}: the gateway made no transaction, so there is nothing to await.${known}`;
}

function isDeeperThan(value: unknown, maxDepth: number): boolean {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue;
    const depth = next.depth + 1;
    if (depth > maxDepth) return true;
    for (const child of Object.values(next.value)) open.push({ value: child, depth });
  }
  return false;
}

function none(why: string): ReportReading {
  return { effect: 'none', why };
}
