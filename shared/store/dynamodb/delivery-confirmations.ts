import {
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandOutput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { ConfirmationStore, ConfirmRequest } from '#shared/pipeline/confirm-request.ts';
import { unlessRefused } from './delivery-cursors.ts';
import { dueItems } from './delivery-due.ts';
import { ASK_SHARDS, type Item, kindsOf } from './delivery-keys.ts';
import { listPage } from './delivery-lists.ts';
import * as requests from './delivery-questions.ts';
import { takeTurn } from './delivery-turns.ts';
import type { DynamoSend } from './dynamo-send.ts';

export const WAITING = kindsOf('confirmation#waiting');
const OPEN: readonly ConfirmRequest['state'][] = ['waiting', 'given_up'];

/** Questions to gateways, the turns in their rates and their pauses. */
export function confirmations(client: DynamoSend, table: string): ConfirmationStore {
  return {
    ...questions(client, table),
    confirmations: ({ connectorId, state, ...page }) => {
      const kinds = (state === undefined ? OPEN : [state]).flatMap((one) => kindsOf(`confirmation#${one}`));
      const having = connectorId === undefined ? {} : { connectorId };
      return listPage(client, table, { name: 'confirmations', kinds, having, read: requests.questionOf }, page);
    },
    async dueConfirmations(now, limit) {
      const due = (await dueItems(client, table, ASK_SHARDS, { now, limit })).map(requests.questionOf);
      return due.filter(({ state }) => state === 'waiting');
    },
    takeTurn: (rate, nowMs) => takeTurn(client, table, rate, nowMs),
    async askPause(connectorId) {
      const { Item } = await client.send(new GetItemCommand(requests.getAskPause(table, connectorId)));
      return Item?.['until'] === undefined ? undefined : requests.askPauseOf(Item);
    },
    async setAskPause(connectorId, pause) {
      if (pause !== undefined) await client.send(new PutItemCommand(requests.putAskPause(table, connectorId, pause)));
      else {
        const end = new UpdateItemCommand(requests.endAskPause(table, connectorId));
        await unlessRefused(() => client.send(end));
      }
    },
  };
}

function questions(
  client: DynamoSend,
  table: string,
): Pick<
  ConfirmationStore,
  'putConfirmation' | 'confirmation' | 'claimConfirmation' | 'updateConfirmation' | 'waitingAbout'
> {
  return {
    async putConfirmation(request) {
      const put = new PutItemCommand(requests.putQuestion(table, request));
      return (await unlessRefused(() => client.send(put))) === undefined ? 'exists' : 'put';
    },
    async confirmation(id) {
      const { Item } = await client.send(new GetItemCommand(requests.getQuestion(table, id)));
      return Item?.['state'] === undefined ? undefined : requests.questionOf(Item);
    },
    async claimConfirmation(request, nextAt) {
      const claim = requests.claimQuestion(table, request, nextAt);
      if (claim === undefined) return undefined;
      const claimed = await unlessRefused(() => client.send(new UpdateItemCommand(claim)));
      return claimed?.Attributes === undefined ? undefined : requests.questionOf(claimed.Attributes);
    },
    async updateConfirmation(id, change, heldUntil) {
      const update = new UpdateItemCommand(requests.updateQuestion(table, id, change, heldUntil));
      return (await unlessRefused(() => client.send(update))) !== undefined;
    },
    async waitingAbout(id) {
      const found: ConfirmRequest[] = [];
      let start: Item | undefined;
      do {
        const page: QueryCommandOutput = await client.send(
          new QueryCommand({
            ...requests.questionsAbout(table, id),
            ...(start !== undefined && { ExclusiveStartKey: start }),
          }),
        );
        found.push(...(page.Items ?? []).map(requests.questionOf));
        start = page.LastEvaluatedKey;
      } while (start !== undefined);
      return found;
    },
  };
}

/** When the next question is due (ISO), as far as the index knows; undefined: none waits. */
export async function nextQuestionAt(client: DynamoSend, table: string): Promise<string | undefined> {
  const firsts = await Promise.all(
    ASK_SHARDS.map((shard) => client.send(new QueryCommand(requests.firstIn(table, shard)))),
  );
  return firsts.flatMap(({ Items: [first] = [] }) => first?.['nextAt']?.S ?? []).toSorted()[0];
}
