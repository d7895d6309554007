import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type AdminClient, openAdminClient, TARGET_FLAGS, TARGET_HELP } from './admin-client.ts';

const HELP = `Asks a gateway for all that changed in a time, as after an outage of more than its retries last. Each payment enters as
if it had been called back. Harmless where nothing was lost, and where it is asked again.

  npm run backfill -- --connector acme-pp-1 --from 2026-01-14T22:00:00Z --to 2026-01-15T09:00:00Z [--env prod]

  --connector   its id; the gateway must have a list of what changed (docs/gateways)
  --from, --to  ISO dates or times with zone, at most 31 days apart
  --no-wait     ask, and do not wait for the end
${TARGET_HELP}
`;

const FLAGS = {
  connector: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  'no-wait': { type: 'boolean' },
  ...TARGET_FLAGS,
  help: { type: 'boolean', short: 'h' },
} as const;

/** The list is read within the gateway's limits: a look a few seconds is often enough. */
const LOOK_EACH_MS = 3_000;

/** What of the question is shown. */
interface Question {
  readonly evidenceDigest: string;
  readonly state: string;
  readonly found: number;
  readonly last: string | undefined;
  readonly notes: readonly string[];
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`backfill: ${error instanceof Error ? error.message : String(error)}`);
  return 1;
});

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: FLAGS });
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  const { connector, from, to, env, api, region, 'token-file': tokenFile } = values;
  if (connector === undefined) throw new Error('--connector is missing; give its id, as acme-pp-1');
  if (from === undefined || to === undefined) {
    throw new Error('--from or --to is missing; give both, as 2026-01-14T22:00:00Z');
  }
  const admin = await openAdminClient({ env, api, region, tokenFile }, process.env);
  const asked = questionOf(
    await admin.must('POST', `/connectors/${encodeURIComponent(connector)}/backfill`, { from, to }),
  );
  if (values['no-wait'] === true) {
    console.log(`Asked: GET /confirmations?connectorId=${connector} tells how far it is.`);
    return 0;
  }
  return tell(await untilEnded(admin, connector, asked));
}

async function untilEnded(admin: AdminClient, connector: string, asked: Question): Promise<Question> {
  let shown = '';
  for (let question = asked; ; question = await look(admin, connector, question)) {
    if (question.state !== 'waiting') return question;
    const line = `${question.found} payments so far${question.last === undefined ? '' : ` (${question.last})`}`;
    if (line !== shown) console.log(line);
    shown = line;
    await pause(LOOK_EACH_MS);
  }
}

/** As it is now: among the open questions of the connector, else among those that are done. */
async function look(admin: AdminClient, connector: string, asked: Question): Promise<Question> {
  for (const state of ['', '&state=done']) {
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = `connectorId=${encodeURIComponent(connector)}${state}&limit=500${cursor && `&cursor=${cursor}`}`;
      const page = await admin.must('GET', `/confirmations?${query}`);
      if (!Array.isArray(page['items'])) throw new Error(`${admin.api} did not answer as a Postrider does`);
      const found = page['items'].map(questionOf).find((one) => one.evidenceDigest === asked.evidenceDigest);
      if (found !== undefined) return found;
      cursor = typeof page['cursor'] === 'string' ? page['cursor'] : null;
    }
  }
  throw new Error('the question is gone: ask again');
}

function questionOf(answer: Readonly<Record<string, unknown>>): Question {
  const { evidenceDigest, state, found, lastOutcome, lastDetail, notes } = answer;
  if (typeof evidenceDigest !== 'string' || typeof state !== 'string') {
    throw new Error('the admin API did not answer as a Postrider does');
  }
  const last = typeof lastOutcome === 'string' ? `${lastOutcome}: ${String(lastDetail ?? '')}` : undefined;
  return {
    evidenceDigest,
    state,
    found: Number(found ?? 0),
    last,
    notes: Array.isArray(notes) ? notes.map(String) : [],
  };
}

function tell({ state, found, last, notes }: Question): number {
  for (const note of notes) console.error(`not read: ${note}`);
  if (state === 'done') {
    console.log(`${found} payments found; each is applied as if it had been called back.`);
    return notes.length === 0 ? 0 : 1;
  }
  console.error(`Not read to its end: ${found} payments found, then ${last ?? 'no answer'}.`);
  return 1;
}
