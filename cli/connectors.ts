import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { JsonValue } from '#shared/model/fact.ts';
import { type ForeignConnector, SHAPE_KINDS, type ShapeKind } from '#shared/registry/shapes/foreign-connector.ts';
import { guessShape } from '#shared/registry/shapes/guess-shape.ts';
import { readDocument, readJsonText } from '#shared/registry/shapes/read-document.ts';
import { readShapeValue } from '#shared/registry/shapes/read-shape.ts';
import { type AdminAnswer, type AdminClient, openAdminClient, TARGET_FLAGS, TARGET_HELP } from './admin-client.ts';

const HELP = `Registers connectors as another system writes them down, or gives them back so, without secrets.

  npm run connectors -- import FILE [--shape ${SHAPE_KINDS.join('|')}] [--id ID] [--merchant ID] [--check]
  npm run connectors -- export ID --shape KIND

  FILE          JSON, a list of such, or Paylock's JSV; "-" reads the standard input
  --shape       left out: as the names of its members say
  --id          the connector's id here; left out: the document's own
  --merchant    a merchant of ours; left out: the connector's, at first the document's own
  --check       only reads the file and says what is wrong with it; nothing is sent
${TARGET_HELP}
`;

const FLAGS = {
  shape: { type: 'string' },
  id: { type: 'string' },
  merchant: { type: 'string' },
  check: { type: 'boolean' },
  ...TARGET_FLAGS,
  help: { type: 'boolean', short: 'h' },
} as const;

interface ImportOptions {
  readonly shape: ShapeKind | undefined;
  readonly id: string | undefined;
  readonly merchant: string | undefined;
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`connectors: ${error instanceof Error ? error.message : String(error)}`);
  return 1;
});

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options: FLAGS, allowPositionals: true });
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  const [command, subject, ...more] = positionals;
  if ((command !== 'import' && command !== 'export') || subject === undefined || more.length > 0) {
    throw new Error('give import FILE, or export ID --shape KIND (see --help)');
  }
  const shape = shapeOf(values.shape);
  const open = () => {
    const { env, api, region, 'token-file': tokenFile } = values;
    return openAdminClient({ env, api, region, tokenFile }, process.env);
  };
  if (command === 'export') return exportOne(await open(), subject, shape);
  const options = { shape, id: values.id, merchant: values.merchant };
  const documents = readFile(subject).map((document) => readOne(document, options));
  if (options.id !== undefined && documents.length > 1)
    throw new Error(`--id is for one connector; ${subject} has more`);
  const wrong = documents.filter((document) => typeof document === 'string');
  for (const detail of wrong) console.error(`connectors: ${detail}`);
  if (wrong.length > 0) return 1;
  const read = documents.filter((document) => typeof document === 'object');
  for (const { foreign } of read) console.log(described(foreign));
  if (values.check === true) return 0;
  return importAll(await open(), read, options);
}

function shapeOf(given: string | undefined): ShapeKind | undefined {
  const kind = SHAPE_KINDS.find((known) => known === given);
  if (given === undefined || kind !== undefined) return kind;
  throw new Error(`--shape is ${JSON.stringify(given)}; it must be ${SHAPE_KINDS.join(', ')}`);
}

/** The documents of a file. What is said of a broken one quotes nothing of it. */
function readFile(path: string): readonly JsonValue[] {
  const bytes = readFileSync(path === '-' ? 0 : path);
  const json = readJsonText(bytes.toString('utf8'));
  if (json.ok) return Array.isArray(json.value) ? json.value : [json.value];
  const jsv = readDocument('paylock', 'text/jsv', bytes);
  if (jsv.ok) return [jsv.value];
  throw new Error(`${path} is neither JSON nor JSV. As JSV: ${jsv.detail}`);
}

interface ReadDocument {
  readonly document: JsonValue;
  readonly foreign: ForeignConnector;
}

/** What it says, or what is wrong with it. */
function readOne(document: JsonValue, { shape }: ImportOptions): ReadDocument | string {
  const kind = shape ?? guessShape(document);
  if (kind === undefined) return `the members do not say which shape it is: give --shape ${SHAPE_KINDS.join(', ')}`;
  const reading = readShapeValue(kind, document);
  return reading.ok ? { document, foreign: reading.foreign } : `it is no connector of shape ${kind}: ${reading.detail}`;
}

function described({ kind, name, gateway, omitted }: ForeignConnector): string {
  const left = omitted.length === 0 ? '' : `; not kept, because they are secrets of others: ${omitted.join(', ')}`;
  return `${JSON.stringify(name)}: shape ${kind}, gateway ${gateway}${left}`;
}

async function importAll(
  admin: AdminClient,
  documents: readonly ReadDocument[],
  options: ImportOptions,
): Promise<number> {
  let failed = 0;
  for (const { document, foreign } of documents) {
    const id = options.id ?? foreign.id;
    if (id === undefined) throw new Error(`${JSON.stringify(foreign.name)} does not say its id: give --id`);
    const query = new URLSearchParams({ shape: foreign.kind });
    if (options.merchant !== undefined) query.set('merchantId', options.merchant);
    const answer = await admin.call('PUT', `/connectors/${encodeURIComponent(id)}?${query}`, Object(document));
    if (!tell(id, answer)) failed++;
  }
  return failed === 0 ? 0 : 1;
}

/** One line a connector; its callback URL is what the gateway wants to know. */
function tell(id: string, { status, text }: AdminAnswer): boolean {
  const { callbackUrl, detail } = membersOf(text);
  if (status === 200 || status === 201) {
    console.log(`${id} ${status === 201 ? 'registered' : 'changed, or as it was'}: ${String(callbackUrl)}`);
    return true;
  }
  console.error(`connectors: ${id} was answered ${status}: ${String(detail ?? text.slice(0, 500))}`);
  return false;
}

async function exportOne(admin: AdminClient, id: string, shape: ShapeKind | undefined): Promise<number> {
  if (shape === undefined) throw new Error(`--shape is missing; give ${SHAPE_KINDS.join(', ')}`);
  const document = await admin.must('GET', `/connectors/${encodeURIComponent(id)}?shape=${shape}`);
  console.log(JSON.stringify(document, undefined, 2));
  return 0;
}

function membersOf(text: string): Readonly<Record<string, unknown>> {
  const reading = readJsonText(text);
  return reading.ok ? Object(reading.value) : {};
}
