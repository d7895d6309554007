import { Duration, Stack } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { PostriderDataStack } from '../data-stack.ts';
import type { EnvironmentSettings } from '../environments/settings.ts';
import { accessRules } from './access.ts';
import type { CodeOf } from './bundle.ts';
import type { Grant, Grants } from './grants.ts';
import { program } from './program.ts';

export const FUNCTIONS = ['receive', 'apply', 'relay', 'redeliver', 'confirm', 'reconcile', 'admin'] as const;

/** Those that may have a concurrency of their own. */
const RESERVABLE = ['receive', 'apply', 'relay'] as const satisfies readonly (typeof FUNCTIONS)[number][];

export type FunctionName = (typeof FUNCTIONS)[number];

export type Programs = Readonly<Record<FunctionName, LambdaFunction>>;

export interface ProgramsProps {
  readonly settings: EnvironmentSettings;
  readonly data: PostriderDataStack;
  readonly grants: Grants;
  readonly codeOf: CodeOf;
  /** Base of the callback URLs and of the admin API: https, no slash at the end. */
  readonly callbackBase: string;
  readonly adminBase: string;
}

interface Shape {
  readonly description: string;
  readonly memoryMb: number;
  readonly seconds: number;
  readonly may: (grants: Grants) => readonly Grant[];
}

/** What each function is given: memory (processor time comes with it), time, and rights. */
const SHAPES: Readonly<Record<FunctionName, Shape>> = {
  receive: {
    description: 'Verifies a callback, stores it, answers the gateway',
    memoryMb: 512,
    // Storage that does not answer is a 503 within 5 s; the rest is for a cold start.
    seconds: 8,
    may: (grants) => [
      grants.items('inbox', 'PutItem'),
      grants.items('registry', 'GetItem'),
      grants.secrets('kms:Decrypt'),
      grants.itemsUnder('delivery', 'refused#', 'UpdateItem'),
      ...grants.dataKey(),
    ],
  },
  apply: {
    description: 'Turns stored callbacks into versions of the ledger',
    memoryMb: 1024,
    seconds: 60,
    may: (grants) => [
      grants.stream('inbox'),
      grants.items('inbox', 'GetItem'),
      // What a connector's version expects of callbacks.
      grants.itemsUnder('registry', 'connector#', 'GetItem'),
      grants.items('ledger', 'BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query'),
      grants.items('delivery', 'DeleteItem', 'PutItem'),
      // Callbacks signed with a secret that a rotation takes out of use are counted.
      grants.itemsUnder('delivery', 'oldsecret#', 'UpdateItem'),
      ...grants.keepFailures(),
      ...grants.dataKey(),
    ],
  },
  relay: {
    description: 'Sends new versions to the queues of the merchant',
    memoryMb: 1024,
    seconds: 60,
    may: (grants) => [
      grants.stream('ledger'),
      ...sending(grants),
      grants.items('delivery', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
    ],
  },
  redeliver: {
    description: 'Sends parked events again',
    memoryMb: 1024,
    // The next minute's call begins when this one has ended.
    seconds: 55,
    may: (grants) => [
      ...sending(grants),
      grants.items('delivery', 'BatchGetItem', 'DeleteItem', 'Query', 'UpdateItem'),
      grants.indexes('delivery', 'byKind', 'byNextAt'),
    ],
  },
  confirm: {
    description: "Asks gateways' APIs what they only hinted at, or contradicted",
    memoryMb: 512,
    // A question under way (token, answer, each renewed once) may take 40 s; a claim lasts 120 s.
    seconds: 100,
    may: (grants) => [
      grants.stream('delivery'),
      grants.items('delivery', 'BatchGetItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
      grants.indexes('delivery', 'byNextAt'),
      grants.itemsUnder('registry', 'connector#', 'GetItem'),
      grants.items('ledger', 'BatchGetItem', 'Query'),
      grants.indexes('ledger', 'byReference'),
      grants.items('inbox', 'GetItem', 'PutItem'),
      grants.secrets('kms:Decrypt'),
      ...grants.dataKey(),
    ],
  },
  reconcile: {
    description: 'Finds payments past their due time, and what gateways list',
    memoryMb: 512,
    seconds: 55,
    may: (grants) => [
      grants.items('ledger', 'BatchGetItem', 'UpdateItem'),
      grants.indexes('ledger', 'byDue', 'byList'),
      grants.itemsUnder('delivery', 'confirmation#', 'GetItem', 'PutItem'),
      grants.indexes('registry', 'byKind'),
      ...grants.dataKey(),
    ],
  },
  admin: {
    description: 'REST API of operators and of merchants that fill gaps',
    memoryMb: 1024,
    seconds: 29,
    may: (grants) => [
      grants.items('inbox', 'BatchGetItem', 'GetItem', 'PutItem'),
      grants.indexes('inbox', 'byTime'),
      grants.items('ledger', 'BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query'),
      grants.indexes('ledger', 'byList', 'byPurchase', 'byReference'),
      grants.items('registry', 'DeleteItem', 'GetItem', 'PutItem', 'Query'),
      grants.indexes('registry', 'byKind'),
      grants.items('delivery', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
      grants.indexes('delivery', 'byKind'),
      // Decrypt: refused callbacks are verified again, and gateways are given what they sign with.
      grants.secrets('kms:Decrypt', 'kms:GenerateDataKey'),
      grants.requestKey(),
      grants.makeQueues(),
      ...grants.send(),
      ...grants.dataKey(),
    ],
  },
};

/** Reading what is to be sent and to whom, and sending it. */
function sending(grants: Grants): readonly Grant[] {
  return [grants.items('ledger', 'Query'), grants.items('registry', 'Query'), ...grants.send(), ...grants.dataKey()];
}

/** The entry points, each under its own role. */
export function programs(scope: Construct, props: ProgramsProps): Programs {
  const made = (name: FunctionName) => {
    const shape = SHAPES[name];
    const reserved = props.settings.reservedConcurrency;
    return program(scope, name.charAt(0).toUpperCase() + name.slice(1), {
      settings: props.settings,
      folder: name,
      codeOf: props.codeOf,
      description: shape.description,
      memoryMb: shape.memoryMb,
      timeout: Duration.seconds(shape.seconds),
      environment: environmentOf(props, name),
      grants: shape.may(props.grants),
      reservedConcurrency: isReservable(name) ? reserved?.[name] : undefined,
    });
  };
  return Object.fromEntries(FUNCTIONS.map((name) => [name, made(name)])) as Record<FunctionName, LambdaFunction>;
}

function isReservable(name: FunctionName): name is (typeof RESERVABLE)[number] {
  return RESERVABLE.some((one) => one === name);
}

function environmentOf(props: ProgramsProps, name: FunctionName): Readonly<Record<string, string>> {
  const { settings, data } = props;
  return {
    POSTRIDER_ENVIRONMENT: settings.name,
    POSTRIDER_INBOX_TABLE: data.tables.inbox.tableName,
    POSTRIDER_LEDGER_TABLE: data.tables.ledger.tableName,
    POSTRIDER_REGISTRY_TABLE: data.tables.registry.tableName,
    POSTRIDER_DELIVERY_TABLE: data.tables.delivery.tableName,
    POSTRIDER_RETENTION_DAYS: String(settings.retentionDays),
    POSTRIDER_CALLBACK_BASE: props.callbackBase,
    POSTRIDER_API_BASE: `${props.adminBase}/api/v1`,
    POSTRIDER_QUEUE_PREFIX: props.grants.queuePrefix,
    POSTRIDER_QUEUE_ACCOUNTS: settings.queueAccounts.join(','),
    ...(name === 'admin' && {
      POSTRIDER_SECRETS_KEY: data.secretsKey.keyArn,
      POSTRIDER_ACCESS: accessRules(settings, Stack.of(data).account),
    }),
  };
}
