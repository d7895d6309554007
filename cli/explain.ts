import { parseArgs } from 'node:util';
import { type AdminClient, openAdminClient, TARGET_FLAGS, TARGET_HELP } from './admin-client.ts';

const HELP = `Says why the last callbacks of a connector were refused and what cures it, and takes in those that verify by now.

  npm run explain -- --connector acme-cc-1 [--n 7] [--accept] [--env prod]

  --connector   id of the connector
  --n           this one of its refused callbacks only, by its number
  --accept      take in what verifies now, as if received when it came; harmless where it is in already
${TARGET_HELP}
`;

const FLAGS = {
  connector: { type: 'string' },
  n: { type: 'string' },
  accept: { type: 'boolean' },
  ...TARGET_FLAGS,
  help: { type: 'boolean', short: 'h' },
} as const;

interface Refused {
  readonly n: number;
  readonly at: string;
  readonly code: string;
  readonly detail: string;
  readonly bodyBytes: number;
  readonly clockDifferenceMs?: number;
}

interface Cause {
  readonly code: string;
  readonly certain: boolean;
  readonly what: string;
  readonly cure: string;
}

interface Explained {
  readonly verifiesNow: boolean;
  readonly causes: readonly Cause[];
}

interface Accepted {
  readonly stored: number;
  readonly items: readonly { readonly n: number; readonly outcome: string; readonly callbackId?: string }[];
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`explain: ${error instanceof Error ? error.message : String(error)}`);
  return 1;
});

/** Exit code: 0 where all could be explained, whatever the causes. */
async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: FLAGS });
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  const { connector, n, accept, env, api, region, 'token-file': tokenFile } = values;
  if (connector === undefined) throw new Error('--connector is missing; give the id of a connector, as acme-cc-1');
  if (n !== undefined && !/^\d{1,15}$/.test(n)) throw new Error(`--n is ${JSON.stringify(n)}; give a number as listed`);
  const admin = await openAdminClient({ env, api, region, tokenFile }, process.env);
  const path = `/connectors/${encodeURIComponent(connector)}/refused`;
  const verifying = await explainAll(admin, connector, path, n === undefined ? undefined : Number(n));
  if (accept === true) await acceptAll(admin, n === undefined ? `${path}/accept` : `${path}/${n}/accept`);
  else if (verifying > 0) console.log(`\n${verifying} would be taken in now: run it again with --accept.`);
  return 0;
}

/** How many verify now. */
async function explainAll(admin: AdminClient, connector: string, path: string, n: number | undefined): Promise<number> {
  const list = (await admin.must('GET', path)) as {
    readonly items?: readonly Refused[];
    readonly counts?: Readonly<Record<string, number>>;
  };
  const { items = [], counts = {} } = list;
  const chosen = items.filter((item) => n === undefined || item.n === n);
  if (n !== undefined && chosen.length === 0)
    throw new Error(`no refused callback ${n} is kept; leave --n out to see all`);
  const total = Object.entries(counts).map(([code, count]) => `${count} ${code}`);
  console.log(`${connector}: refused so far: ${total.join(', ') || 'none'}; kept: ${items.length}`);
  let verifying = 0;
  for (const item of chosen) {
    const explained = (await admin.must('GET', `${path}/${item.n}/explain`)) as unknown as Explained;
    if (explained.verifiesNow) verifying += 1;
    console.log(`\n${described(item, explained)}`);
  }
  return verifying;
}

function described(item: Refused, { causes }: Explained): string {
  const { n, at, code, bodyBytes, clockDifferenceMs } = item;
  const clock =
    clockDifferenceMs === undefined ? '' : `, its date ${Math.round(clockDifferenceMs / 1_000)} s from ours`;
  return [
    `#${n}  ${at}  ${code}, ${bodyBytes} bytes${clock}`,
    ...causes.flatMap((cause) => [
      `  ${cause.certain ? 'cause ' : 'likely'}  ${cause.code}: ${cause.what}`,
      `  cure    ${cause.cure}`,
    ]),
  ].join('\n');
}

async function acceptAll(admin: AdminClient, path: string): Promise<void> {
  const { stored, items } = (await admin.must('POST', path)) as unknown as Accepted;
  const outcomes = Object.entries(Object.groupBy(items, ({ outcome }) => outcome));
  const counted = outcomes.map(([outcome, some = []]) => `${some.length} ${outcome}`);
  console.log(`\ntaken in: ${stored} (${counted.join(', ') || 'none was kept'})`);
}
