import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface Options {
  /** 0: any free one. */
  readonly port: number;
  readonly sqsPort: number;
  readonly host: string;
  /** Absolute. */
  readonly dataFolder: string;
  readonly publicUrl?: URL;
  readonly operatorToken?: string;
  readonly demo: boolean;
}

export type OptionsReading =
  | { readonly kind: 'options'; readonly options: Options }
  | { readonly kind: 'help' }
  /** One sentence: what was wrong, with which value, and what to do. */
  | { readonly kind: 'wrong'; readonly message: string };

export const HELP = `Postrider, the embedded home: callbacks in, ordered events out, on this machine.

  npm start -- [--port 8787] [--host 127.0.0.1] [--data .postrider] [--public-url URL] [--no-demo]

  --port        callbacks, admin API and /health; 0 takes any free port       (POSTRIDER_PORT)
  --host        address to listen on                                         (POSTRIDER_HOST)
  --data        folder of everything that is kept                            (POSTRIDER_DATA)
  --public-url  how gateways reach --port from outside, for callback URLs    (POSTRIDER_PUBLIC_URL)
  --no-demo     do not play the recorded callbacks into an empty data folder
  --help        this text

  POSTRIDER_OPERATOR_TOKEN  bearer token of the admin API, at least 16 characters; else one is made
  POSTRIDER_SQS_PORT        port of the queues (SQS protocol); else --port + 1
`;

const TOKEN = /^[A-Za-z0-9._~+/=-]{16,512}$/;

/** Flags win over the environment; an empty variable counts as not set. Pure: resolves --data against `cwd`. */
export function readOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): OptionsReading {
  const flags = readFlags(args);
  if (typeof flags === 'string') return wrong(flags);
  if (flags.help === true) return { kind: 'help' };
  const given = (flag: string | undefined, name: string) => flag ?? (env[name] === '' ? undefined : env[name]);
  const source = (flag: string | undefined, name: string, flagName: string) => (flag === undefined ? name : flagName);

  const portName = source(flags.port, 'POSTRIDER_PORT', '--port');
  const port = readPort(given(flags.port, 'POSTRIDER_PORT') ?? '8787');
  if (port === undefined) return wrong(portSentence(portName, given(flags.port, 'POSTRIDER_PORT')));
  const sqsText = given(undefined, 'POSTRIDER_SQS_PORT') ?? String(port === 0 ? 0 : port + 1);
  const sqsPort = readPort(sqsText);
  if (sqsPort === undefined) return wrong(portSentence('POSTRIDER_SQS_PORT (else --port + 1)', sqsText));
  if (port !== 0 && port === sqsPort) {
    return wrong(`POSTRIDER_SQS_PORT is ${sqsText}, the same as ${portName}; give the queues a port of their own`);
  }
  const host = given(flags.host, 'POSTRIDER_HOST') ?? '127.0.0.1';
  if (!/^[A-Za-z0-9._:%-]+$/.test(host)) {
    const name = source(flags.host, 'POSTRIDER_HOST', '--host');
    return wrong(
      `${name} is ${JSON.stringify(host)}; give an address or a host name of this machine, such as 127.0.0.1`,
    );
  }
  const publicText = given(flags['public-url'], 'POSTRIDER_PUBLIC_URL');
  const publicUrl = publicText === undefined ? undefined : readPublicUrl(publicText);
  if (typeof publicUrl === 'string') {
    return wrong(`${source(flags['public-url'], 'POSTRIDER_PUBLIC_URL', '--public-url')} ${publicUrl}`);
  }
  const operatorToken = given(undefined, 'POSTRIDER_OPERATOR_TOKEN');
  if (operatorToken !== undefined && !TOKEN.test(operatorToken)) {
    // The value is a secret: it is not repeated.
    return wrong('POSTRIDER_OPERATOR_TOKEN is no bearer token; give 16 to 512 of A-Z a-z 0-9 . _ ~ + / = -');
  }
  const options = {
    port,
    sqsPort,
    host: host.toLowerCase(),
    dataFolder: resolve(cwd, given(flags.data, 'POSTRIDER_DATA') ?? '.postrider'),
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(operatorToken === undefined ? {} : { operatorToken }),
    demo: flags['no-demo'] !== true,
  };
  return { kind: 'options', options };
}

const FLAGS = {
  port: { type: 'string' },
  host: { type: 'string' },
  data: { type: 'string' },
  'public-url': { type: 'string' },
  'no-demo': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

function readFlags(args: readonly string[]) {
  try {
    const { values } = parseArgs({ args: [...args], options: FLAGS, allowPositionals: false, strict: true });
    const empty = Object.entries(values).find(([, value]) => value === '');
    return empty === undefined ? values : `--${empty[0]} has no value; give one, or leave the flag out`;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('. ')[0] : String(error);
    return `${reason}; see npm start -- --help`;
  }
}

function readPort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  return port >= 0 && port <= 65_535 ? port : undefined;
}

function portSentence(name: string, value: string | undefined): string {
  return `${name} is ${JSON.stringify(value)}; give a port from 0 (any free one) to 65535`;
}

/** A sentence's end where it cannot be used. The trailing slash of its path is taken away by `basePathOf`. */
function readPublicUrl(text: string): URL | string {
  const cure = 'give an http or https URL without query, fragment or credentials, such as https://hooks.example.com';
  if (!URL.canParse(text)) return `is ${JSON.stringify(text)}, which is no URL; ${cure}`;
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return `is ${JSON.stringify(text)}; ${cure}`;
  const extra = url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '';
  if (extra || /[?#]/.test(text)) return `is ${JSON.stringify(url.origin + url.pathname)} and more; ${cure}`;
  return url;
}

/** The path that callback URLs have before `/callbacks`: '' or `/prefix`. */
export function basePathOf(publicUrl: URL | undefined): string {
  return publicUrl === undefined ? '' : publicUrl.pathname.replace(/\/+$/, '');
}

function wrong(message: string): OptionsReading {
  return { kind: 'wrong', message };
}
