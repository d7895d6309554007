import { done, invalidParameter, type Outcome, refused } from './outcome.ts';
import { queueArnOf, queueNameOf, queueNameOfArn } from './queue-address.ts';
import {
  checkQueueName,
  mergeAttributes,
  type QueueAttributes,
  readAttribute,
  settingsOf,
  withDefaults,
} from './queue-attributes.ts';
import { type QueueContext, refreshGroup } from './queue-context.ts';
import type { Queue } from './queue-store.ts';

export interface QueueSpec {
  readonly name: string;
  readonly attributes?: QueueAttributes | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

export interface QueueCounts {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

const MAXIMUM_TAGS = 50;

/** The rules for making and changing queues; runs inside the engine's transactions. */
export class QueueRegistry {
  readonly #context: QueueContext;

  constructor(context: QueueContext) {
    this.#context = context;
  }

  find(urlOrName: string): Outcome<Queue> {
    const name = queueNameOf(urlOrName);
    const queue = this.#context.queues.find(name);
    return queue === null
      ? refused('QueueDoesNotExist', `The specified queue does not exist: ${name.slice(0, 80)}.`)
      : done(queue);
  }

  /** The values given must be those of the existing queue; what is not given is not compared, as in SQS. */
  create(spec: QueueSpec, now: number): Outcome<Queue> {
    const attributes = spec.attributes ?? {};
    const checked = checkQueueName(spec.name, attributes);
    if (!checked.ok) {
      return checked;
    }
    const merged = mergeAttributes(checked.value.fifo, {}, attributes);
    if (!merged.ok) {
      return merged;
    }
    const existing = this.#context.queues.find(spec.name);
    if (existing !== null) {
      return sameAttributes(existing, attributes);
    }
    const deadLetter = this.#checkDeadLetter(spec.name, checked.value.fifo, merged.value);
    if (!deadLetter.ok) {
      return deadLetter;
    }
    const tags = checkTags({}, spec.tags ?? {});
    return tags.ok ? done(this.#context.queues.insert(spec.name, merged.value, tags.value, now)) : tags;
  }

  /** A FIFO queue's new DelaySeconds holds for waiting messages too, as in SQS. */
  setAttributes(queue: Queue, changes: QueueAttributes, now: number): Outcome<null> {
    const { fifo } = queue.settings;
    if (changes['FifoQueue'] !== undefined) {
      return refused('InvalidAttributeValue', 'FifoQueue cannot be changed. Create a new queue.');
    }
    const merged = mergeAttributes(fifo, queue.attributes, changes);
    if (!merged.ok) {
      return merged;
    }
    const deadLetter =
      changes['RedrivePolicy'] === undefined ? done(null) : this.#checkDeadLetter(queue.name, fifo, merged.value);
    if (!deadLetter.ok) {
      return deadLetter;
    }
    const changed = this.#context.queues.setAttributes(queue, merged.value, now);
    if (fifo && changed.settings.delaySeconds !== queue.settings.delaySeconds) {
      this.#context.messages.delayUnreceived(queue.id, changed.settings.delaySeconds * 1_000);
      for (const group of this.#context.messages.groups(queue.id)) {
        refreshGroup(this.#context, queue.id, group, now);
      }
    }
    this.#context.arrived(changed);
    return done(null);
  }

  counts(queue: Queue, now: number): QueueCounts {
    const { all, inFlight, delayed } = this.#context.messages.counts(queue.id, now);
    return { visible: all - inFlight - delayed, inFlight, delayed };
  }

  changeTags(queue: Queue, tags: Queue['tags'], gone: readonly string[]): Outcome<null> {
    const kept = Object.fromEntries(Object.entries(queue.tags).filter(([key]) => !gone.includes(key)));
    const checked = checkTags(kept, tags);
    if (!checked.ok) {
      return checked;
    }
    this.#context.queues.setTags(queue, checked.value);
    return done(null);
  }

  deadLetterSources(queue: Queue): readonly Queue[] {
    return this.#context.queues.list().filter((source) => source.settings.deadLetter?.queueName === queue.name);
  }

  /** The dead-letter queue exists, is another queue of the same type, and lets this one in. */
  #checkDeadLetter(name: string, fifo: boolean, attributes: QueueAttributes): Outcome<null> {
    const deadLetter = settingsOf(fifo, attributes).deadLetter;
    if (deadLetter === null) {
      return done(null);
    }
    const policy = attributes['RedrivePolicy'] ?? '';
    const target = this.#context.queues.find(deadLetter.queueName);
    if (target === null) {
      return invalidParameter('RedrivePolicy', policy, 'Dead letter target does not exist.');
    }
    if (target.name === name || target.settings.fifo !== fifo) {
      return invalidParameter('RedrivePolicy', policy, 'Dead-letter queue must be another queue of the same type.');
    }
    const allow = target.settings.redriveAllow;
    const named = allow.sourceQueueArns?.some((arn) => queueNameOfArn(arn) === name) ?? false;
    return allow.redrivePermission === 'allowAll' || (allow.redrivePermission === 'byQueue' && named)
      ? done(null)
      : invalidParameter(
          'RedrivePolicy',
          policy,
          `Queue ${queueArnOf(target.name)} does not allow this queue as a source: see its RedriveAllowPolicy.`,
        );
  }
}

function sameAttributes(existing: Queue, given: QueueAttributes): Outcome<Queue> {
  const current = withDefaults(existing.settings.fifo, existing.attributes);
  for (const [name, value] of Object.entries(given)) {
    const read = readAttribute(name, value);
    if (read.ok && read.value !== (current[name] ?? '')) {
      return refused(
        'QueueNameExists',
        `A queue named ${existing.name} already exists with a different value for attribute ${name}. Create it with the same attributes, or change them with SetQueueAttributes.`,
      );
    }
  }
  return done(existing);
}

function checkTags(kept: Queue['tags'], added: Queue['tags']): Outcome<Queue['tags']> {
  const tags = { ...kept, ...added };
  if (Object.keys(tags).length > MAXIMUM_TAGS) {
    return refused('InvalidParameterValue', `Too many tags: a queue has at most ${MAXIMUM_TAGS}.`);
  }
  for (const [key, value] of Object.entries(tags)) {
    if (key.length < 1 || key.length > 128 || value.length > 256) {
      return refused(
        'InvalidParameterValue',
        `Tag ${key.slice(0, 128)}: keys have 1 to 128 characters, values up to 256.`,
      );
    }
  }
  return done(tags);
}
