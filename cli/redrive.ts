import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const HELP = `Applies and publishes again all that came in since a time: the recovery after an outage. Harmless where nothing was lost.

  npm run redrive -- --from 2026-01-15T09:00:00Z [--url http://127.0.0.1:8787] [--token-file .postrider/operator.token]

  --from        ISO date or time with zone
  --url         base URL of the running Postrider
  --token-file  file of the operator's token; else the environment's POSTRIDER_OPERATOR_TOKEN, else the file in
                POSTRIDER_DATA or .postrider
`;

const FLAGS = {
  from: { type: 'string' },
  url: { type: 'string' },
  'token-file': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

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
  if (values.from === undefined)
    throw new Error('--from is missing; give the time to begin at, as 2026-01-15T09:00:00Z');
  const base = (values.url ?? 'http://127.0.0.1:8787').replace(/\/+$/, '');
  if (!URL.canParse(base)) throw new Error(`--url is ${JSON.stringify(values.url)}, which is no URL`);
  const answer = await post(new URL(`${base}/api/v1/redrive`), tokenOf(values['token-file']), { from: values.from });
  if (answer.status !== 200) throw new Error(`answered ${answer.status}: ${detailOf(answer.text)}`);
  const { callbacks, failed, subjects, versions } = JSON.parse(answer.text);
  console.log(
    `Since ${values.from}: ${callbacks} callbacks applied again (${failed} failed), ${subjects} subjects met, ${versions} versions handed to their subscriptions (a FIFO queue drops those that it was sent within the last five minutes).`,
  );
  return failed === 0 ? 0 : 1;
}

function tokenOf(file: string | undefined): string {
  const given = process.env['POSTRIDER_OPERATOR_TOKEN'];
  if (file === undefined && given !== undefined && given !== '') return given;
  const path = file ?? join(process.env['POSTRIDER_DATA'] || '.postrider', 'operator.token');
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot read the operator's token: ${reason}; name its file with --token-file`);
  }
}

/** Not with fetch, which gives up after five minutes: a redrive may take longer. */
function post(url: URL, token: string, body: object): Promise<{ readonly status: number; readonly text: string }> {
  const send = url.protocol === 'https:' ? secureRequest : request;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const outgoing = send(url, { method: 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text })).on('error', reject);
    });
    outgoing.on('error', (error) =>
      reject(new Error(`no answer from ${url.origin}: ${error.message}; is it running?`)),
    );
    outgoing.end(JSON.stringify(body));
  });
}

function detailOf(text: string): string {
  try {
    return String(JSON.parse(text).detail ?? text);
  } catch {
    return text.slice(0, 500);
  }
}
