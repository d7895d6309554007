import type { FieldProblem } from '#shared/gateways/gateway.ts';

/** SQS takes at most 50 principals in a queue's policy (developer guide, "Quotas: policies"). */
const MAX_READERS = 50;

/** A whole account or one role; never everybody, a user with static keys, or a session. */
const READER = /^arn:(aws|aws-cn|aws-us-gov):iam::\d{12}:(root|role\/(?:[\w+=,.@-]+\/)*[\w+=,.@-]{1,64})$/;

const RULE =
  'must be the ARN of an account (arn:aws:iam::<12 digits>:root) or of a role (arn:aws:iam::<12 digits>:role/<name>)';

/** `partition`: that of the queue, where it is known: SQS knows no principal of another. */
export function checkReaders(readers: readonly string[], partition?: string): readonly FieldProblem[] {
  const problems = readers.flatMap((value, i): readonly FieldProblem[] => {
    const found = READER.exec(value)?.[1];
    const field = `/queue/readers/${i}`;
    if (found === undefined) return [{ field, value, message: RULE }];
    if (partition === undefined || found === partition) return [];
    return [{ field, value, message: `must be of the partition of the queue: begin with arn:${partition}:` }];
  });
  if (readers.length <= MAX_READERS) return problems;
  const message = `must be at most ${MAX_READERS}; name accounts instead of their roles`;
  return [...problems, { field: '/queue/readers', value: readers.length, message }];
}

/** As they are stored and compared: order and repetition mean nothing. */
export function readerSet(readers: readonly string[]): readonly string[] {
  return [...new Set(readers)].sort();
}
