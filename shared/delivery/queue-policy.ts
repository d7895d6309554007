import { isDeepStrictEqual } from 'node:util';

/** All that a consumer needs; SQS takes at most seven actions in a policy. */
const CONSUME = [
  'sqs:ReceiveMessage',
  'sqs:DeleteMessage',
  'sqs:ChangeMessageVisibility',
  'sqs:GetQueueAttributes',
  'sqs:GetQueueUrl',
];

/** The whole policy of a managed queue: its readers may consume, nobody else outside its account; '' is none. */
export function readersPolicy(queueArn: string, readers: readonly string[]): string {
  if (readers.length === 0) return '';
  const statement = {
    Sid: 'Readers',
    Effect: 'Allow',
    Principal: { AWS: readers },
    Action: CONSUME,
    Resource: queueArn,
  };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}

/** True if both say the same: SQS gives a policy back with another order of members and lists, and one item as itself. */
export function samePolicy(found: string, wanted: string): boolean {
  if (found === '' || wanted === '') return found === wanted;
  const [a, b] = [parsed(found), parsed(wanted)];
  return a !== undefined && isDeepStrictEqual(a, b);
}

function parsed(text: string): unknown {
  try {
    return canonical(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(canonical).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    return items.length === 1 ? items[0] : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, canonical(member)] as const);
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)));
}
