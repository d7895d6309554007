import type {
  AskConnector,
  AskDeps,
  AskFailure,
  AskOutcome,
  FetchedStatement,
  Question,
  SubjectQuestion,
} from '../asking.ts';
import { type ApiAnswer, readApi } from './api.ts';
import { isForeign } from './belongs.ts';
import { findByReference } from './list.ts';
import { isCurrentId, pathOf, targetNameOfId, targetNameOfType, targetOf } from './targets.ts';
import { isId, member, type Tree } from './tree.ts';

/** Asks for one object, or for all payments of a reference. */
export async function askSecuconnect(deps: AskDeps, connector: AskConnector, question: Question): Promise<AskOutcome> {
  return question.about === 'reference'
    ? findByReference(deps, connector, question.merchantReference)
    : askSubject(deps, connector, question);
}

async function askSubject(deps: AskDeps, connector: AskConnector, question: SubjectQuestion): Promise<AskOutcome> {
  // A derived subject (`<id>~void`) is part of what stands before; a notice has the event behind.
  const [id = ''] = question.id.split('~');
  if (!isId(id))
    return { outcome: 'cannot', detail: 'The id is none of Secuconnect: letters, digits and "_", 1 to 64.' };
  const usual = targetNameOfId(id) ?? targetNameOfType(question.type);
  const as = targetNameOfId(id) ?? question.as ?? usual;
  let statement = await readObject(deps, connector, { as, id, question });
  // A push that somebody forged may have given the id a wrong type: one that is not found is looked for where it belongs.
  if ('outcome' in statement && statement.outcome === 'not_found' && usual !== undefined && usual !== as) {
    statement = await readObject(deps, connector, { as: usual, id, question });
  }
  return 'outcome' in statement ? statement : withCurrentFormat(deps, connector, statement, question);
}

/** The old formats have neither times nor parents: the same payment in the current one has. */
async function withCurrentFormat(
  deps: AskDeps,
  connector: AskConnector,
  statement: ReadObject,
  question: SubjectQuestion,
): Promise<AskOutcome> {
  const { as } = statement.fetched.declared;
  const current = member(statement.tree, 'payment_id');
  const isPayment = as !== undefined && isOldFormat(as, question.id) && as !== 'payment.secupaypayout';
  if (!isPayment || !isId(current) || !isCurrentId(current)) {
    return { outcome: 'answered', statements: [statement.fetched] };
  }
  const whole = await readObject(deps, connector, { as: 'payment.transactions', id: current, question });
  if (!('outcome' in whole)) return { outcome: 'answered', statements: [statement.fetched, whole.fetched] };
  return whole.outcome === 'not_found' || whole.outcome === 'not_allowed'
    ? { outcome: 'answered', statements: [statement.fetched] }
    : whole;
}

interface Asked {
  readonly as: string | undefined;
  readonly id: string;
  readonly question: SubjectQuestion;
}

interface ReadObject {
  readonly tree: Tree;
  readonly fetched: FetchedStatement;
}

async function readObject(deps: AskDeps, connector: AskConnector, asked: Asked): Promise<ReadObject | AskFailure> {
  const { as, id, question } = asked;
  const target = targetOf(as);
  if (as === undefined || target === undefined) {
    return { outcome: 'cannot', detail: 'Nothing says which object of Secuconnect this is, so no path leads to it.' };
  }
  const path = pathOf(as, target, id);
  const answer: ApiAnswer = await readApi(deps, connector, path);
  if (answer.outcome !== 'read') return answer;
  const { tree, body } = answer;
  const object = member(tree, 'object');
  if (![member(tree, 'id'), member(tree, 'payment_id')].includes(id) || (object !== undefined && object !== as)) {
    return { outcome: 'malformed', detail: `Secuconnect answered about another object than ${as} ${id}.` };
  }
  if (isForeign(as, tree, connector.settings)) return foreign(id);
  return { tree, fetched: { body, declared: declaredFor(as, question), method: 'GET', path } };
}

/** What normalize has to know beside the answer; no more, so that the same answer is the same statement. */
function declaredFor(as: string, { id, kind, type }: SubjectQuestion): Readonly<Record<string, string>> {
  const asked = id.includes('~') || isOldFormat(as, id) || type === 'notice' ? { asked: id } : {};
  // Where the object does not tell a sale from an authorization, what is known of it does.
  const known = !id.includes('~') && kind !== undefined && KNOWN_KINDS.has(kind) ? { kind } : {};
  return { as, ...asked, ...known };
}

const KNOWN_KINDS = new Set(['debit', 'preauthorize', 'register']);

/** Payments under the hashes of the Flex API. */
function isOldFormat(as: string, id: string): boolean {
  return !isCurrentId(id) && (as === 'payment.transactions' || as.startsWith('payment.secupay'));
}

function foreign(id: string): AskFailure {
  return {
    outcome: 'foreign',
    detail: `${id} is of another contract or merchant than /settings/contractId or /settings/merchantId say.`,
  };
}
