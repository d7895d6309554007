import { expect, it } from 'vitest';
import type { ConfirmRequest } from '#shared/pipeline/ports.ts';
import { reopenQuestions } from '#shared/pipeline/reopen-questions.ts';
import { createMemoryStores } from '../memory-stores/memory-stores.ts';

const NOW = '2026-03-01T08:00:00.000Z';
const clock = { now: () => new Date(NOW) };

function question(id: string, more: Partial<ConfirmRequest>): ConfirmRequest {
  return {
    connectorId: 'acme-1',
    merchantId: 'acme',
    about: { type: 'subject', subject: { connectorId: 'acme-1', type: 'transaction', id } },
    evidenceDigest: 'd1',
    reason: 'hint',
    at: '2026-02-01T08:00:00.000Z',
    state: 'given_up',
    nextAt: null,
    attempts: 0,
    hasTurn: false,
    ...more,
  };
}

it('what could not be asked comes back with the connector’s new settings, the rest stays as it is', async () => {
  const { delivery } = createMemoryStores();
  const mine = Array.from({ length: 130 }, (_, i) => question(`tx-${i}`, { lastOutcome: 'cannot' }));
  const others = [
    question('foreign', { lastOutcome: 'foreign' }),
    question('done', { state: 'done' }),
    question('elsewhere', { connectorId: 'acme-2', lastOutcome: 'cannot' }),
  ];
  for (const one of [...mine, ...others]) await delivery.putConfirmation(one);
  await delivery.setAskPause('acme-1', { until: '2026-03-01T09:00:00.000Z', outcome: 'not_allowed', times: 3 });

  expect(await reopenQuestions({ delivery, clock }, 'acme-1')).toBe(130);
  const due = await delivery.dueConfirmations(NOW, 500);
  expect(due.map(({ connectorId, nextAt }) => `${connectorId} ${nextAt}`)).toEqual(Array(130).fill(`acme-1 ${NOW}`));
  expect(await delivery.askPause('acme-1')).toBeUndefined();
  const left = await delivery.confirmations({ state: 'given_up', limit: 500 });
  expect(left.items.map(({ lastOutcome }) => lastOutcome).toSorted()).toEqual(['cannot', 'foreign']);
  expect(await reopenQuestions({ delivery, clock }, 'acme-1')).toBe(0);
});
