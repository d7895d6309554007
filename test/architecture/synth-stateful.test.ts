import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ENVIRONMENTS } from '../../infra/environments/environments.ts';
import { root } from './repository.ts';
import { plain, type ResourceOf, type Synthesized, synthesize } from './synth-fixture.ts';

type Properties = Readonly<Record<string, unknown>>;
type Summary = Readonly<Record<string, string>>;
type Baseline = Readonly<Record<string, Summary>>;

/**
 * Of each type of resource whose replacement loses something: what CloudFormation replaces it for, and what else would
 * lose what it holds (a stream, an index, an expiry). The logical id stands for itself: another id is another resource.
 */
const STATEFUL: Readonly<Record<string, (properties: Properties) => Readonly<Record<string, unknown>>>> = {
  'AWS::DynamoDB::GlobalTable': tableOf,
  'AWS::KMS::Key': ({ KeySpec, KeyUsage, MultiRegion }) => ({ KeySpec, KeyUsage, MultiRegion }),
  'AWS::S3::Bucket': ({ BucketName }) => ({ BucketName }),
  // Their ids are part of the URLs that gateways and operators have been given.
  'AWS::ApiGatewayV2::Api': ({ ProtocolType }) => ({ ProtocolType }),
  'AWS::ApiGatewayV2::DomainName': ({ DomainName }) => ({ DomainName }),
};

function tableOf(properties: Properties): Readonly<Record<string, unknown>> {
  const { TableName, StreamSpecification, TimeToLiveSpecification } = properties;
  const types = Object.fromEntries(
    (properties['AttributeDefinitions'] as readonly Attribute[]).map((one) => [one.AttributeName, one.AttributeType]),
  );
  const keys = (schema: readonly KeyPart[]) =>
    schema.map(({ AttributeName, KeyType }) => `${KeyType} ${AttributeName} ${types[AttributeName]}`).join(', ');
  const indexes = (properties['GlobalSecondaryIndexes'] ?? []) as readonly Index[];
  const [replica] = properties['Replicas'] as readonly [{ SSESpecification?: { KMSMasterKeyId: unknown } }];
  return {
    TableName,
    KeySchema: keys(properties['KeySchema'] as readonly KeyPart[]),
    Stream: (StreamSpecification as { StreamViewType: string } | undefined)?.StreamViewType ?? 'none',
    Expiry: (TimeToLiveSpecification as { AttributeName: string } | undefined)?.AttributeName ?? 'none',
    Key: replica.SSESpecification === undefined ? 'DynamoDB' : plain(replica.SSESpecification.KMSMasterKeyId),
    ...Object.fromEntries(
      indexes.map((index) => [
        `${INDEX}${index.IndexName}`,
        `${keys(index.KeySchema)}, ${index.Projection.ProjectionType}`,
      ]),
    ),
  };
}

/** An index may be added: DynamoDB fills it while the table works. */
const INDEX = 'Index ';

interface Attribute {
  readonly AttributeName: string;
  readonly AttributeType: string;
}

interface KeyPart {
  readonly AttributeName: string;
  readonly KeyType: string;
}

interface Index {
  readonly IndexName: string;
  readonly KeySchema: readonly KeyPart[];
  readonly Projection: { readonly ProjectionType: string };
}

/** How to come by what an environment's baseline may say; the file is infra/stateful/<env>.json. */
const RECORD = 'RECORD_STATEFUL=1 npx vitest run test/architecture/synth-stateful.test.ts';

function statefulOf({ template }: Synthesized): Baseline {
  return Object.fromEntries(
    [template.data, template.service].flatMap((one) =>
      Object.entries(one.toJSON()['Resources'] as Record<string, ResourceOf>).flatMap(([id, resource]) => {
        const { Type, DeletionPolicy = 'Delete' } = resource;
        const summary = STATEFUL[Type]?.(resource.Properties);
        if (summary === undefined) return [];
        const said = Object.entries({ Type, DeletionPolicy, ...summary }).filter(([, value]) => value !== undefined);
        return [[id, Object.fromEntries(said.map(([key, value]) => [key, String(value)]))]];
      }),
    ),
  );
}

/** What a deployment would do to resources that are recorded: nothing, or what has to be thought about. */
function replacements(recorded: Baseline, now: Baseline): readonly string[] {
  return Object.entries(recorded).flatMap(([id, before]) => {
    const after = now[id];
    if (after === undefined) return [`${id}: ${before['Type']} would be deleted, or made anew under another id`];
    const keys = new Set([...Object.keys(before), ...Object.keys(after).filter((key) => !key.startsWith(INDEX))]);
    return [...keys]
      .filter((key) => before[key] !== after[key])
      .map((key) => `${id}: ${key} was ${before[key] ?? 'not there'} and would be ${after[key] ?? 'not there'}`);
  });
}

/** What is there now and not recorded: resources and indexes. */
function additions(recorded: Baseline, now: Baseline): readonly string[] {
  return Object.entries(now).flatMap(([id, summary]) => {
    const before = recorded[id];
    if (before === undefined) return [id];
    return Object.keys(summary).flatMap((key) => (before[key] === undefined ? [`${id} ${key}`] : []));
  });
}

/** What is recorded already is not written over: a replacement stays refused. */
function withAdditions(recorded: Baseline, now: Baseline): Baseline {
  const ids = [...new Set([...Object.keys(recorded), ...Object.keys(now)])];
  return Object.fromEntries(ids.map((id) => [id, { ...now[id], ...recorded[id] }]));
}

const fileOf = (name: string): string => join(root, 'infra/stateful', `${name}.json`);

function recordedOf(name: string): Baseline {
  return existsSync(fileOf(name)) ? (JSON.parse(readFileSync(fileOf(name), 'utf8')) as Baseline) : {};
}

describe.each(Object.keys(ENVIRONMENTS))('what %s must not lose', (name) => {
  const now = statefulOf(synthesize(name));

  it('is neither replaced nor deleted by the next deployment', () => {
    const found = replacements(recordedOf(name), now);
    const instructions =
      `The next deployment of ${name} would replace or delete what holds state:\n  ${found.join('\n  ')}\n` +
      'Undo the change. If it is meant (the environment was never deployed, or its data has been moved: docs/deploy.md), ' +
      `take the resource out of infra/stateful/${name}.json and record it again: ${RECORD}`;
    expect(found, instructions).toEqual([]);
  });

  it('is recorded, with what is new', () => {
    const recorded = recordedOf(name);
    const added = additions(recorded, now);
    if (process.env['RECORD_STATEFUL'] === '1' && added.length > 0) {
      writeFileSync(fileOf(name), `${JSON.stringify(withAdditions(recorded, now), null, 2)}\n`);
    } else {
      expect(added, `New in ${name}. Record it: ${RECORD}`).toEqual([]);
    }
  });
});

describe('the test of replacements', () => {
  const table = { Type: 'AWS::DynamoDB::GlobalTable', TableName: 'inbox', 'Index byTime': 'HASH timeBucket S' };
  const recorded: Baseline = { Inbox1: table };
  const deleted = 'Inbox1: AWS::DynamoDB::GlobalTable would be deleted, or made anew under another id';

  it.each([
    ['is gone', {}, [deleted]],
    ['has another id', { Inbox2: table }, [deleted]],
    [
      'has another name',
      { Inbox1: { ...table, TableName: 'other' } },
      ['Inbox1: TableName was inbox and would be other'],
    ],
    [
      'loses an index',
      { Inbox1: { Type: table.Type, TableName: 'inbox' } },
      ['Inbox1: Index byTime was HASH timeBucket S and would be not there'],
    ],
    ['gets a key', { Inbox1: { ...table, Key: 'DataKey' } }, ['Inbox1: Key was not there and would be DataKey']],
    ['gets an index', { Inbox1: { ...table, 'Index byDay': 'HASH day S' } }, []],
    ['gets company', { ...recorded, Ledger1: { Type: 'AWS::DynamoDB::GlobalTable' } }, []],
  ])('a table that %s', (_what, now, found) => {
    expect(replacements(recorded, now as Baseline)).toEqual(found);
  });

  it('records what is new and writes nothing over', () => {
    const now = { Inbox1: { ...table, TableName: 'other', 'Index byDay': 'HASH day S' }, Ledger1: { Type: 'x' } };
    expect(additions(recorded, now)).toEqual(['Inbox1 Index byDay', 'Ledger1']);
    const written = withAdditions(recorded, now);
    expect(written['Inbox1']).toMatchObject({ TableName: 'inbox', 'Index byDay': 'HASH day S' });
    expect(replacements(written, now)).toEqual(['Inbox1: TableName was inbox and would be other']);
  });

  it('sees the tables, the keys, the bucket and the APIs of prod', () => {
    const types = Object.values(recordedOf('prod')).map(({ Type }) => Type);
    expect(types.sort()).toEqual([
      ...Array(2).fill('AWS::ApiGatewayV2::Api'),
      ...Array(4).fill('AWS::DynamoDB::GlobalTable'),
      ...Array(2).fill('AWS::KMS::Key'),
      'AWS::S3::Bucket',
    ]);
  });
});
