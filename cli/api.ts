import { parseArgs } from 'node:util';
import { openAdminClient, TARGET_FLAGS, TARGET_HELP } from './admin-client.ts';

const HELP = `Asks the admin API, in either home, and prints the answer.

  node scripts/run.mjs cli/api.ts [GET | POST | PUT | DELETE] PATH [JSON] [--env prod]

  PATH          below /api/v1, for example /status or "/parked?merchantId=acme"
${TARGET_HELP}
`;

const METHODS = ['GET', 'POST', 'PUT', 'DELETE'];

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`api: ${error instanceof Error ? error.message : String(error)}`);
  return 1;
});

/** Exit code: 0 where the answer was a success. */
async function main(args: string[]): Promise<number> {
  const help = { type: 'boolean', short: 'h' } as const;
  const { values, positionals } = parseArgs({ args, options: { ...TARGET_FLAGS, help }, allowPositionals: true });
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  const named = METHODS.includes(positionals[0] ?? '');
  const [method = 'GET', path, body, ...more] = named ? positionals : ['GET', ...positionals];
  if (path === undefined || !path.startsWith('/') || more.length > 0) {
    throw new Error(
      `got ${JSON.stringify(positionals)}; give [METHOD] PATH [JSON], the path beginning with /, as /status`,
    );
  }
  const { env, api, region, 'token-file': tokenFile } = values;
  const admin = await openAdminClient({ env, api, region, tokenFile }, process.env);
  const answer = await admin.call(method, path, body === undefined ? undefined : objectOf(body));
  console.log(pretty(answer.text));
  if (answer.status >= 200 && answer.status <= 299) return 0;
  console.error(`api: ${method} ${path} was answered ${answer.status}`);
  return 1;
}

function objectOf(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Said below.
  }
  throw new Error(`the body is ${JSON.stringify(text)}; give a JSON object`);
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
