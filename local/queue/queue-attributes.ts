import { done, type Outcome, refused } from './outcome.ts';
import { isQueueName, queueNameOfArn } from './queue-address.ts';

/** The largest message, body and attributes together, and the largest batch: 1 MiB (SQS developer guide, "Quotas"). */
export const MAXIMUM_MESSAGE_BYTES = 1_048_576;
/** 12 hours: the longest visibility timeout, counted from the receive. */
export const MAXIMUM_VISIBILITY_SECONDS = 43_200;
export const MAXIMUM_DELAY_SECONDS = 900;
export const MAXIMUM_WAIT_SECONDS = 20;

interface IntegerRange {
  readonly from: number;
  readonly to: number;
  readonly fallback: number;
}

const INTEGERS: ReadonlyMap<string, IntegerRange> = new Map([
  ['DelaySeconds', { from: 0, to: MAXIMUM_DELAY_SECONDS, fallback: 0 }],
  ['MaximumMessageSize', { from: 1_024, to: MAXIMUM_MESSAGE_BYTES, fallback: MAXIMUM_MESSAGE_BYTES }],
  ['MessageRetentionPeriod', { from: 60, to: 1_209_600, fallback: 345_600 }],
  ['ReceiveMessageWaitTimeSeconds', { from: 0, to: MAXIMUM_WAIT_SECONDS, fallback: 0 }],
  ['VisibilityTimeout', { from: 0, to: MAXIMUM_VISIBILITY_SECONDS, fallback: 30 }],
]);

const CHOICES: ReadonlyMap<string, readonly string[]> = new Map([
  ['FifoQueue', ['true']],
  ['ContentBasedDeduplication', ['true', 'false']],
  ['SqsManagedSseEnabled', ['true', 'false']],
  ['DeduplicationScope', ['queue', 'messageGroup']],
  ['FifoThroughputLimit', ['perQueue', 'perMessageGroupId']],
]);

const FIFO_ONLY: ReadonlySet<string> = new Set([
  'FifoQueue',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
]);

/** Kept as JSON text; an empty string takes the attribute away. */
const POLICIES: ReadonlyMap<string, (text: string) => Outcome<string>> = new Map([
  ['Policy', readPolicy],
  ['RedrivePolicy', (text: string) => normalized(readRedrivePolicy(text))],
  ['RedriveAllowPolicy', (text: string) => normalized(readRedriveAllowPolicy(text))],
]);

/** Attributes as SQS names them, each value a string. Only what was set; the rest has defaults. */
export type QueueAttributes = Readonly<Record<string, string>>;

interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

export interface RedriveAllowPolicy {
  readonly redrivePermission: 'allowAll' | 'denyAll' | 'byQueue';
  readonly sourceQueueArns?: readonly string[];
}

/** The attributes as the engine uses them. */
export interface QueueSettings {
  readonly fifo: boolean;
  readonly delaySeconds: number;
  readonly maximumMessageBytes: number;
  readonly retentionSeconds: number;
  readonly waitSeconds: number;
  readonly visibilitySeconds: number;
  readonly contentBasedDeduplication: boolean;
  readonly deduplicationPerGroup: boolean;
  readonly deadLetter: { readonly queueName: string; readonly maxReceiveCount: number } | null;
  readonly redriveAllow: RedriveAllowPolicy;
}

/** Checks `changes` and lays them over `current`; refuses unknown names, values out of range and FIFO-only ones. */
export function mergeAttributes(
  fifo: boolean,
  current: QueueAttributes,
  changes: QueueAttributes,
): Outcome<QueueAttributes> {
  const merged: Record<string, string> = { ...current };
  for (const [name, value] of Object.entries(changes)) {
    if (!fifo && FIFO_ONLY.has(name)) {
      return refused('InvalidAttributeName', `Unknown Attribute ${name}: it applies to FIFO queues only.`);
    }
    const checked = readAttribute(name, value);
    if (!checked.ok) {
      return checked;
    }
    if (checked.value === '') {
      delete merged[name];
    } else {
      merged[name] = checked.value;
    }
  }
  if (merged['FifoThroughputLimit'] === 'perMessageGroupId' && merged['DeduplicationScope'] !== 'messageGroup') {
    return refused(
      'InvalidAttributeValue',
      'FifoThroughputLimit perMessageGroupId is allowed only when DeduplicationScope is messageGroup.',
    );
  }
  return done(merged);
}

/** One attribute in the form it is kept; '' means: taken away. */
export function readAttribute(name: string, value: string): Outcome<string> {
  const policy = POLICIES.get(name);
  if (policy !== undefined) {
    return value === '' ? done('') : policy(value);
  }
  const range = INTEGERS.get(name);
  if (range !== undefined) {
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    return number >= range.from && number <= range.to
      ? done(String(number))
      : refused(
          'InvalidAttributeValue',
          `Invalid value ${value.slice(0, 40)} for the parameter ${name}: an integer from ${range.from} to ${range.to} is expected.`,
        );
  }
  const choices = CHOICES.get(name);
  if (choices !== undefined) {
    return choices.includes(value)
      ? done(value)
      : refused(
          'InvalidAttributeValue',
          `Invalid value ${value.slice(0, 40)} for the parameter ${name}: expected ${choices.join(' or ')}.`,
        );
  }
  if (name === 'KmsMasterKeyId' || name === 'KmsDataKeyReusePeriodSeconds') {
    return refused('InvalidAttributeName', `${name}: this queue engine keeps no KMS keys. Leave the attribute out.`);
  }
  return refused('InvalidAttributeName', `Unknown Attribute ${name}.`);
}

/** The attributes with every default filled in, as GetQueueAttributes shows them. */
export function withDefaults(fifo: boolean, attributes: QueueAttributes): QueueAttributes {
  const defaults: Record<string, string> = { SqsManagedSseEnabled: 'true' };
  for (const [name, range] of INTEGERS) {
    defaults[name] = String(range.fallback);
  }
  if (fifo) {
    defaults['FifoQueue'] = 'true';
    defaults['ContentBasedDeduplication'] = 'false';
    defaults['DeduplicationScope'] = 'queue';
    defaults['FifoThroughputLimit'] = 'perQueue';
  }
  return { ...defaults, ...attributes };
}

/** Reads stored attributes, which were checked when they were set. */
export function settingsOf(fifo: boolean, attributes: QueueAttributes): QueueSettings {
  const all = withDefaults(fifo, attributes);
  return {
    fifo,
    delaySeconds: Number(all['DelaySeconds']),
    maximumMessageBytes: Number(all['MaximumMessageSize']),
    retentionSeconds: Number(all['MessageRetentionPeriod']),
    waitSeconds: Number(all['ReceiveMessageWaitTimeSeconds']),
    visibilitySeconds: Number(all['VisibilityTimeout']),
    contentBasedDeduplication: all['ContentBasedDeduplication'] === 'true',
    deduplicationPerGroup: all['DeduplicationScope'] === 'messageGroup',
    deadLetter: deadLetterOf(all['RedrivePolicy']),
    redriveAllow: redriveAllowOf(all['RedriveAllowPolicy']),
  };
}

function deadLetterOf(text: string | undefined): QueueSettings['deadLetter'] {
  const policy = text === undefined ? null : readRedrivePolicy(text);
  if (policy === null || !policy.ok) {
    return null;
  }
  const queueName = queueNameOfArn(policy.value.deadLetterTargetArn);
  return queueName === null ? null : { queueName, maxReceiveCount: policy.value.maxReceiveCount };
}

function redriveAllowOf(text: string | undefined): RedriveAllowPolicy {
  const policy = text === undefined ? null : readRedriveAllowPolicy(text);
  return policy?.ok ? policy.value : { redrivePermission: 'allowAll' };
}

function normalized(policy: Outcome<object>): Outcome<string> {
  return policy.ok ? done(JSON.stringify(policy.value)) : policy;
}

function readPolicy(text: string): Outcome<string> {
  return readObject(text) === null
    ? refused('InvalidAttributeValue', 'Invalid value for the parameter Policy: a JSON object is expected.')
    : done(text);
}

function readRedrivePolicy(text: string): Outcome<RedrivePolicy> {
  const policy = readObject(text);
  const arn = policy?.['deadLetterTargetArn'];
  const maxReceiveCount = Number(policy?.['maxReceiveCount']);
  if (typeof arn !== 'string' || queueNameOfArn(arn) === null) {
    return refused(
      'InvalidParameterValue',
      `Value ${text.slice(0, 200)} for parameter RedrivePolicy is invalid. Reason: deadLetterTargetArn must be the ARN of a queue.`,
    );
  }
  if (!Number.isInteger(maxReceiveCount) || maxReceiveCount < 1 || maxReceiveCount > 1_000) {
    return refused(
      'InvalidParameterValue',
      `Value ${text.slice(0, 200)} for parameter RedrivePolicy is invalid. Reason: maxReceiveCount must be an integer from 1 to 1000.`,
    );
  }
  return done({ deadLetterTargetArn: arn, maxReceiveCount });
}

function readRedriveAllowPolicy(text: string): Outcome<RedriveAllowPolicy> {
  const policy = readObject(text);
  const permission = policy?.['redrivePermission'];
  const arns = policy?.['sourceQueueArns'];
  if (permission === 'byQueue') {
    const valid = Array.isArray(arns) && arns.length >= 1 && arns.length <= 10;
    if (valid && arns.every((arn) => typeof arn === 'string' && queueNameOfArn(arn) !== null)) {
      return done({ redrivePermission: permission, sourceQueueArns: arns.map(String) });
    }
  } else if ((permission === 'allowAll' || permission === 'denyAll') && arns === undefined) {
    return done({ redrivePermission: permission });
  }
  return refused(
    'InvalidParameterValue',
    `Value ${text.slice(0, 200)} for parameter RedriveAllowPolicy is invalid. Reason: redrivePermission must be allowAll, denyAll, or byQueue with 1 to 10 sourceQueueArns.`,
  );
}

function readObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

/** A queue is FIFO exactly when its name says so and the attribute agrees. */
export function checkQueueName(name: string, attributes: QueueAttributes): Outcome<{ fifo: boolean }> {
  const fifo = attributes['FifoQueue'] === 'true';
  if (isQueueName(name, fifo)) {
    return done({ fifo });
  }
  return refused(
    'InvalidParameterValue',
    fifo
      ? 'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.'
      : 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length. A name ending in .fifo needs the attribute FifoQueue=true.',
  );
}
