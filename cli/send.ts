import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { postCallback } from '#local/http/post-callback.ts';
import { readSample } from '#shared/gateways/sample.ts';
import { ixopayDate, ixopayHeaders } from './sign-ixopay.ts';

const HELP = `Signs a recorded callback for a connector and posts it.

  npm run send -- events/ixopay/<case> [--url URL] [--connector ID] [--secret TEXT] [--path PATH] [--date now|keep]

  --url        where to; default http://127.0.0.1:8787/callbacks/<connector>, with the query of the recorded one
  --connector  id in the default URL; default: the one of the sample
  --secret     its shared secret; default: the one of the sample
  --path       path and query to sign, where a proxy changes them on the way; default: those of the URL
  --date       now (default) makes a new callback each time, keep sends the recorded date again
`;

const FLAGS = {
  url: { type: 'string' },
  connector: { type: 'string' },
  secret: { type: 'string' },
  path: { type: 'string' },
  date: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`send: ${error instanceof Error ? error.message : String(error)}`);
  return 1;
});

/** Exit code: 0 where the answer was a success. */
async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options: FLAGS, allowPositionals: true });
  const [folder, ...more] = positionals;
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  if (folder === undefined || more.length > 0) throw new Error(`name one folder of events/; see --help`);
  if (values.date !== undefined && values.date !== 'now' && values.date !== 'keep') {
    throw new Error(`--date is ${JSON.stringify(values.date)}; give now or keep`);
  }
  const { callback, sample } = readSample(resolve(folder));
  const connectorId = values.connector ?? sample.connector.id;
  const query = callback.rawQuery === '' ? '' : `?${callback.rawQuery}`;
  const target = values.url ?? `http://127.0.0.1:8787/callbacks/${encodeURIComponent(connectorId)}${query}`;
  const uri = uriOf(target);
  const isXml = callback.headers['content-type']?.toLowerCase().includes('xml') === true;
  const headers = ixopayHeaders(
    {
      form: isXml ? 'xml' : 'json',
      method: callback.method,
      body: callback.body,
      contentType: callback.headers['content-type'] ?? '',
      date: values.date === 'keep' ? (callback.headers['date'] ?? '') : ixopayDate(new Date()),
      uri: values.path ?? uri,
      sharedSecret: values.secret ?? sample.connector.sharedSecret,
      bodyHash: sample.verdict.algorithm.endsWith('/md5') ? 'md5' : 'sha512',
    },
    sample.connector.apiKey,
  );
  const { method, body } = callback;
  const answer = await postCallback(new URL(target), { method, uri, headers, body });
  console.log(`${method} ${target} (${body.byteLength} bytes, ${headers['Date']})`);
  console.log(`${answer.status} ${answer.body.trim()}`);
  return answer.status >= 200 && answer.status < 300 ? 0 : 1;
}

/** Path and query as written: URL would normalize them, and they are signed. */
function uriOf(target: string): string {
  const match = /^https?:\/\/[^/?#]+([^#]*)$/i.exec(target);
  if (match === null || !URL.canParse(target)) {
    throw new Error(`--url is ${JSON.stringify(target)}; give an http or https URL without fragment`);
  }
  const uri = match[1] ?? '';
  return uri.startsWith('/') ? uri : `/${uri}`;
}
