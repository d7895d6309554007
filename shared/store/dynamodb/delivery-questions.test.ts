import { describe, expect, it } from 'vitest';
import type { ConfirmRequest } from '#shared/pipeline/ports.ts';
import { putQuestion, questionOf, questionsAbout, updateQuestion } from './delivery-questions.ts';

const QUESTION: ConfirmRequest = {
  connectorId: 'acme-cc-1',
  about: { type: 'subject', subject: { connectorId: 'acme-cc-1', type: 'transaction', id: 't\uD83D' } },
  evidenceDigest: 'e1',
  merchantId: 'acme',
  reason: 'hint',
  at: '2026-01-15T09:00:00.000Z',
  state: 'waiting',
  nextAt: '2026-01-15T09:00:00.000Z',
  attempts: 0,
  hasTurn: false,
};
const SIMPLE: ConfirmRequest = { ...QUESTION, about: { type: 'reference', merchantReference: 'order-1' } };
const DONE = { state: 'done', nextAt: null, attempts: 1, hasTurn: false } as const;

describe('requests for questions', () => {
  it('a question is one conditional put, due in parts of the index that parking does not read', () => {
    const put = putQuestion('d', SIMPLE);
    expect(put).toMatchObject({
      TableName: 'd',
      ConditionExpression: 'attribute_not_exists(pk) OR attribute_not_exists(#state)',
      Item: { pk: { S: 'confirmation#acme-cc-1:reference:order-1' }, sk: { S: 'e1' }, nextAt: { S: SIMPLE.nextAt } },
    });
    expect(put.Item?.['nextAtShard']?.S).toMatch(/^ask#[0-3]$/);
    expect(put.Item?.['kind']?.S).toMatch(/^confirmation#waiting#[0-3]$/);
  });

  it('comes back as it went in, half a surrogate pair included', () => {
    expect(questionOf(putQuestion('d', QUESTION).Item ?? {})).toEqual(QUESTION);
    const full = {
      ...QUESTION,
      causeId: 'c',
      due: QUESTION.at,
      lastOutcome: 'down',
      cursor: '',
      found: 0,
      notes: ['n'],
    };
    expect(questionOf(putQuestion('d', full).Item ?? {})).toEqual(full);
  });

  it('what has ended leaves the index of what is due, and expires 30 days after it was held', () => {
    const update = updateQuestion('d', SIMPLE, DONE, '2026-01-15T09:01:00.000Z');
    expect(update.ConditionExpression).toBe('attribute_exists(pk) AND nextAt = :held');
    expect(update.UpdateExpression).toMatch(/REMOVE .*#nextAt, #nextAtShard/);
    expect(update.ExpressionAttributeValues?.[':expiresAt']).toEqual({
      N: String(Date.parse('2026-02-14T09:01:00.000Z') / 1_000),
    });
    const givenUp = updateQuestion('d', SIMPLE, { ...DONE, state: 'given_up' }, '2026-01-15T09:01:00.000Z');
    expect(givenUp.ExpressionAttributeValues).not.toHaveProperty(':expiresAt');
  });

  it('all about one thing lie together', () => {
    expect(questionsAbout('d', SIMPLE)).toMatchObject({
      ConsistentRead: true,
      ExpressionAttributeValues: { ':about': { S: 'confirmation#acme-cc-1:reference:order-1' } },
    });
  });
});
