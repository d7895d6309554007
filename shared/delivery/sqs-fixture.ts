import type { SQSClient } from '@aws-sdk/client-sqs';

interface Command {
  readonly input: {
    readonly QueueName?: string;
    readonly QueueUrl?: string;
    readonly Attributes?: Readonly<Record<string, string>>;
    readonly AttributeNames?: readonly string[];
  };
}

export interface RecordedCommand {
  readonly name: string;
  readonly input: Command['input'];
}

export interface FakeSqs {
  readonly client: Pick<SQSClient, 'send'>;
  readonly commands: RecordedCommand[];
  /** Attributes by queue name. */
  readonly queues: Map<string, Record<string, string>>;
  /** Names of commands, and forgets them. */
  calls(): readonly string[];
  /** The next command of that name fails with that error, before it does anything. */
  failNext(command: string, error: string): void;
}

/** The part of SQS that makes queues, as its API reference has it; no messages. */
export function createFakeSqs(account: string, region: string): FakeSqs {
  const commands: RecordedCommand[] = [];
  const queues = new Map<string, Record<string, string>>();
  const failures: { command: string; error: string }[] = [];
  const urlOf = (name: string) => `https://sqs.${region}.amazonaws.com/${account}/${name}`;

  function create({ QueueName = '', Attributes = {} }: Command['input']): object {
    const present = queues.get(QueueName);
    if (present === undefined) queues.set(QueueName, { ...Attributes });
    else if (Object.entries(Attributes).some(([name, value]) => present[name] !== value))
      throw sqsError('QueueNameExists');
    return { QueueUrl: urlOf(QueueName) };
  }

  function attributes({ QueueUrl = '', AttributeNames = [] }: Command['input']): object {
    const found = Object.entries(queueOf(QueueUrl)).filter(([name]) => AttributeNames.includes(name));
    return found.length === 0 ? {} : { Attributes: Object.fromEntries(found) };
  }

  function set({ QueueUrl = '', Attributes = {} }: Command['input']): object {
    const queue = queueOf(QueueUrl);
    for (const [name, value] of Object.entries(Attributes)) {
      if (value === '') delete queue[name];
      else queue[name] = value;
    }
    return {};
  }

  function queueOf(nameOrUrl: string): Record<string, string> {
    const queue = queues.get(nameOrUrl.slice(nameOrUrl.lastIndexOf('/') + 1));
    if (queue === undefined) throw sqsError('QueueDoesNotExist');
    return queue;
  }

  const actions: Readonly<Record<string, (input: Command['input']) => object>> = {
    CreateQueueCommand: create,
    GetQueueAttributesCommand: attributes,
    SetQueueAttributesCommand: set,
    GetQueueUrlCommand({ QueueName = '' }) {
      queueOf(QueueName);
      return { QueueUrl: urlOf(QueueName) };
    },
  };

  async function send(command: Command): Promise<object> {
    const { name } = command.constructor;
    commands.push({ name, input: command.input });
    const failure = failures.findIndex((one) => one.command === name);
    if (failure >= 0) throw sqsError(failures.splice(failure, 1)[0]?.error ?? '');
    const action = actions[name];
    if (action === undefined) throw new Error(`the fake SQS has no ${name}`);
    return action(command.input);
  }

  return {
    client: { send } as unknown as Pick<SQSClient, 'send'>,
    commands,
    queues,
    calls: () => commands.splice(0).map(({ name }) => name.replace(/Command$/, '')),
    failNext: (command, error) => failures.push({ command, error }),
  };
}

function sqsError(name: string): Error {
  return Object.assign(new Error(name), { name });
}
