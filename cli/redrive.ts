import { parseArgs } from 'node:util';
import { type AdminClient, openAdminClient, TARGET_FLAGS, TARGET_HELP } from './admin-client.ts';

const HELP = `Applies and publishes again all that came in since a time: the recovery after an outage. Harmless where nothing was lost,
and where it is broken off and begun again.

  npm run redrive -- --from 2026-01-15T09:00:00Z [--env prod | --url http://127.0.0.1:8787]

  --from        ISO date or time with zone
${TARGET_HELP}
  --url         the same as --api
`;

const FLAGS = {
  from: { type: 'string' },
  url: { type: 'string' },
  ...TARGET_FLAGS,
  help: { type: 'boolean', short: 'h' },
} as const;

/** What one page did, or all of them. */
interface Redriven {
  readonly callbacks: number;
  readonly failed: number;
  readonly subjects: number;
  readonly versions: number;
}

interface Page extends Redriven {
  readonly cursor: string | null;
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`redrive: ${error instanceof Error ? error.message : String(error)}`);
  return 1;
});

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: FLAGS });
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  const { from, url, env, api, region, 'token-file': tokenFile } = values;
  if (from === undefined) throw new Error('--from is missing; give the time to begin at, as 2026-01-15T09:00:00Z');
  if (url !== undefined && api !== undefined) throw new Error('give --url or --api, not both');
  const admin = await openAdminClient({ env, api: api ?? url, region, tokenFile }, process.env);
  const total = await redriveAll(admin, from);
  console.log(
    `Since ${from}: ${described(total)} (a FIFO queue drops those that it was sent within the last five minutes).`,
  );
  return total.failed === 0 ? 0 : 1;
}

/** Page after page, each in less than the 30 s that AWS gives an answer. */
async function redriveAll(admin: AdminClient, from: string): Promise<Redriven> {
  let total: Redriven = { callbacks: 0, failed: 0, subjects: 0, versions: 0 };
  let cursor: string | null = null;
  do {
    const page = await redrivePage(admin, cursor === null ? { from } : { from, cursor });
    total = {
      callbacks: total.callbacks + page.callbacks,
      failed: total.failed + page.failed,
      subjects: total.subjects + page.subjects,
      versions: total.versions + page.versions,
    };
    ({ cursor } = page);
    if (cursor !== null) console.log(`so far ${described(total)}`);
  } while (cursor !== null);
  return total;
}

async function redrivePage(admin: AdminClient, body: object): Promise<Page> {
  const { callbacks, failed, subjects, versions, cursor } = await admin.must('POST', '/redrive', body);
  if (typeof cursor !== 'string' && cursor !== null) throw new Error(`${admin.api} did not answer as a Postrider does`);
  return {
    callbacks: Number(callbacks),
    failed: Number(failed),
    subjects: Number(subjects),
    versions: Number(versions),
    cursor,
  };
}

function described({ callbacks, failed, subjects, versions }: Redriven): string {
  return `${callbacks} callbacks applied again (${failed} failed), ${subjects} subjects met, ${versions} versions handed to their subscriptions`;
}
