import type {
  AskConnector,
  AskDeps,
  Asking,
  AskOutcome,
  FetchedStatement,
  Question,
  SubjectQuestion,
} from '../asking.ts';
import { type Account, accountOf, callApi, failureOf, jsonOf, missingForApi } from './api.ts';
import { discoverChargebacks } from './discover.ts';
import { isRequestId } from './payload-reader.ts';
import { ASK_AS } from './transaction.ts';
import { at, isTree, own, type Tree, textOf } from './tree.ts';

/** CyberSource publishes no limit: an own, cautious value (settings.requestsPerMinute). */
const PER_MINUTE = 60;
const SEARCHED = 20;
/** What may stand in a search for a reference: nothing that its query language reads as more than text. */
const REFERENCE = /^[A-Za-z0-9_.-]{1,50}$/;

/** The transaction details of the REST API, and the chargeback report as the list of what changed. */
export const asking: Asking = {
  limitsOf: ({ requestsPerMinute }) => ({
    perMinute: typeof requestsPerMinute === 'number' ? requestsPerMinute : PER_MINUTE,
  }),
  horizonMinutes: 7 * 24 * 60,
  missing: ({ settings, secretNames }) => missingForApi(settings, secretNames.includes('restKey')),
  ask(deps, connector, question) {
    const account = accountOf(connector, connector.secrets);
    if (account === undefined) return Promise.resolve(cannot('settings.merchantId and secrets.restKey must be set.'));
    return question.about === 'subject'
      ? askTransaction(deps, connector, account, question)
      : askReference(deps, connector, account, question);
  },
  discover: discoverChargebacks,
};

async function askTransaction(
  deps: AskDeps,
  connector: AskConnector,
  account: Account,
  question: SubjectQuestion,
): Promise<AskOutcome> {
  if (question.type !== 'transaction') return cannot(`CyberSource has no API that is asked about a ${question.type}.`);
  const [id = ''] = question.id.split('~');
  if (!isRequestId(id)) return cannot('The id is no request id (16 to 26 digits): it is not asked about.');
  const path = `/tss/v2/transactions/${id}`;
  const answer = await callApi(deps, account, { method: 'GET', path });
  const failure = failureOf(answer, deps.now());
  if (failure !== undefined || !answer.ok) return failure ?? cannot('');
  const json = jsonOf(answer);
  if (!isTree(json) || own(json, 'id') !== id) {
    return { outcome: 'malformed', detail: 'CyberSource answered with another transaction than the one asked about.' };
  }
  if (isForeign(connector, json)) return foreign();
  const kind = question.kind === 'debit' ? { kind: 'debit' } : {};
  return answered([{ body: answer.body, declared: { as: ASK_AS, id, ...kind }, method: 'GET', path }]);
}

async function askReference(
  deps: AskDeps,
  connector: AskConnector,
  account: Account,
  { merchantReference }: Extract<Question, { about: 'reference' }>,
): Promise<AskOutcome> {
  if (!REFERENCE.test(merchantReference)) {
    return cannot(
      'The reference has characters that mean something in a search: letters, digits, "_", "." and "-" do not.',
    );
  }
  const path = '/tss/v2/searches';
  const query = `clientReferenceInformation.code:${merchantReference}`;
  const sought = { save: false, name: 'reference', timezone: 'GMT', query, offset: 0, limit: SEARCHED };
  const body = JSON.stringify({ ...sought, sort: 'submitTimeUtc:desc' });
  const answer = await callApi(deps, account, { method: 'POST', path, body, idempotent: true });
  const failure = failureOf(answer, deps.now());
  if (failure !== undefined || !answer.ok) return failure ?? cannot('');
  const json = jsonOf(answer);
  const list = at(json, '_embedded.transactionSummaries') ?? (own(json, 'totalCount') === 0 ? [] : undefined);
  if (!Array.isArray(list)) return { outcome: 'malformed', detail: 'The search was answered without a list.' };
  const found = list.slice(0, SEARCHED).filter((item) => isTree(item) && namesIt(item, merchantReference));
  if (found.length === 0)
    return { outcome: 'not_found', detail: 'CyberSource knows no transaction of that reference.' };
  const ours = found.filter((item) => !isForeign(connector, item));
  if (ours.length === 0) return foreign();
  return answered(ours.map((item) => itemStatement(item, path)));
}

function namesIt(item: Tree, reference: string): boolean {
  return isRequestId(own(item, 'id')) && at(item, 'clientReferenceInformation.code') === reference;
}

function itemStatement(item: Tree, path: string): FetchedStatement {
  const body = new TextEncoder().encode(JSON.stringify(item));
  return { body, declared: { as: ASK_AS, id: String(own(item, 'id')) }, method: 'POST', path };
}

/** A key of a portfolio sees the transactions of all its merchants. */
function isForeign({ settings }: AskConnector, item: Tree): boolean {
  const merchant = textOf(own(item, 'merchantId'));
  return merchant !== undefined && ![settings['merchantId'], settings['organizationId']].includes(merchant);
}

function foreign(): AskOutcome {
  const detail =
    'The transaction is of another merchant than settings.merchantId and organizationId: nothing of it is believed.';
  return { outcome: 'foreign', detail };
}

function answered(statements: readonly FetchedStatement[]): AskOutcome {
  return { outcome: 'answered', statements };
}

function cannot(detail: string): AskOutcome {
  return { outcome: 'cannot', detail };
}
