import type { AskConnector, AskDeps, AskFailure, AskOutcome, FetchedStatement } from '../asking.ts';
import { readApi } from './api.ts';
import { isForeign } from './belongs.ts';
import { isId, member, parseTree, referenceAt, type Tree, treesAt } from './tree.ts';

const LIST_PATH = '/api/v2/Payment/Transactions';
const AS = 'payment.transactions';
/** A reference in a query (manual: parameter `q`): nothing that the query language would read as its own. */
const PLAIN_REFERENCE = /^[A-Za-z0-9_-]{1,64}$/;
const WORDS_OF_QUERY = new Set(['AND', 'OR', 'NOT', 'TO']);
/** More payments under one reference are a mistake. */
const MOST_PER_REFERENCE = 50;

export interface ListPage {
  /** Every object of the page, those included that are left out below. */
  readonly items: readonly Tree[];
  readonly statements: readonly FetchedStatement[];
  /** What was left out, one line each. */
  readonly notes: readonly string[];
  /** Of all that match, where the answer says it. */
  readonly total?: number;
  readonly scrollId?: string;
}

/** One page of payment transactions; each object of it a statement of its own. */
export async function readList(
  deps: AskDeps,
  connector: AskConnector,
  query: Readonly<Record<string, string>>,
): Promise<ListPage | AskFailure> {
  const text = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const answer = await readApi(deps, connector, `${LIST_PATH}?${text.join('&')}`);
  if (answer.outcome !== 'read') return answer;
  if (!Array.isArray(member(answer.tree, 'data'))) {
    return { outcome: 'malformed', detail: 'Secuconnect answered with a list that has no "data".' };
  }
  const items = treesAt(answer.tree, 'data', 1_000);
  const statements: FetchedStatement[] = [];
  const notes: string[] = [];
  for (const item of items) {
    const id = member(item, 'id');
    const statement = statementOf(item);
    if (!isId(id)) notes.push('An entry of the list has no id that can be read.');
    else if (isForeign(AS, item, connector.settings)) notes.push(`${id} is of another contract or merchant: left out.`);
    else if (statement === undefined) notes.push(`${id} is nested too deeply to be kept: left out.`);
    else statements.push(statement);
  }
  const total = member(answer.tree, 'count');
  const scrollId = member(answer.tree, 'scroll_id');
  return {
    ...{ items, statements, notes },
    ...(typeof total === 'number' && Number.isSafeInteger(total) && { total }),
    ...(typeof scrollId === 'string' && /^[A-Za-z0-9+/=_.:-]{1,4096}$/.test(scrollId) && { scrollId }),
  };
}

/** Undefined: what can be read at any depth cannot be written at any. */
function statementOf(item: Tree): FetchedStatement | undefined {
  try {
    const body = Buffer.from(JSON.stringify(item));
    return { body, declared: { as: AS, list: 'entry' }, method: 'GET', path: LIST_PATH };
  } catch {
    return undefined;
  }
}

/** All payments of one merchant's reference (`order_id`); refunds and shares of them as far as they bear it too. */
export async function findByReference(
  deps: AskDeps,
  connector: AskConnector,
  merchantReference: string,
): Promise<AskOutcome> {
  if (!PLAIN_REFERENCE.test(merchantReference) || WORDS_OF_QUERY.has(merchantReference)) {
    const detail =
      'Secuconnect is asked for references of letters, digits, "-" and "_" only: others mean something in its query.';
    return { outcome: 'cannot', detail };
  }
  const query = { count: String(MOST_PER_REFERENCE), q: `order_id:${merchantReference}` };
  const page = await readList(deps, connector, query);
  if ('outcome' in page) return page;
  // The search may be generous: "order-1" can find "order-1-b" too.
  const statements = page.statements.filter(
    ({ body }) => referenceAt(parseTree(body), 'order_id') === merchantReference,
  );
  if (statements.length === 0) {
    return { outcome: 'not_found', detail: `Secuconnect has no payment with the order_id ${merchantReference}.` };
  }
  return { outcome: 'answered', statements };
}
