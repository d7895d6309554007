import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { ensureMinistack } from '../../scripts/test-aws-tools.ts';
import { freePort } from './free-port.ts';

/** A running emulator of AWS with nothing in it. */
export interface Ministack {
  readonly port: number;
  readonly endpoint: string;
  /** For the AWS SDK, the CDK CLI and our own commands, beside PATH. */
  readonly env: Readonly<Record<string, string>>;
  /** The last of what it logged, for error messages. */
  log(): string;
  stop(): Promise<void>;
}

export interface MinistackOptions {
  /** The one that its environment names; it has all. */
  readonly region: string;
  /** As on AWS; without, it notices sooner that a client has gone. */
  readonly tls: boolean;
}

const READY_WITHIN_MS = 60_000;
const LOG_KEPT = 20_000;

/**
 * Makes a certificate for this machine, then becomes ministack. It and the functions that it runs end with us, however we
 * end: our end closes its stdin.
 */
const STARTER = join(import.meta.dirname, 'start-ministack.py');

/** Starts one on a port and in a temporary folder of its own; only 127.0.0.1 reaches it. */
export async function startMinistack({ region, tls }: MinistackOptions): Promise<Ministack> {
  const python = process.env['POSTRIDER_TEST_PYTHON'] ?? (await ensureMinistack(toolsOfThisMachine()));
  const folder = mkdtempSync(join(tmpdir(), 'postrider-ministack-'));
  const certificate = join(folder, 'server.crt');
  const port = await freePort();
  const child = spawn(python, [STARTER], {
    // Its functions run on the Node that is first in PATH; nothing of our own environment reaches them.
    env: {
      PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
      HOME: folder,
      TMPDIR: folder,
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      LAMBDA_EXECUTOR: 'local',
      AUTH: 'true',
      // It would listen on a port of its own, the same in every ministack.
      IOT_MTLS_ENABLED: '0',
      S3_DATA_DIR: join(folder, 's3'),
      USE_SSL: tls ? '1' : '0',
      MINISTACK_SSL_CERT: certificate,
      MINISTACK_SSL_KEY: join(folder, 'server.key'),
    },
    cwd: folder,
    stdio: ['pipe', 'pipe', 'pipe'],
    // A process group of its own, so that its functions can be ended with it.
    detached: true,
  });
  let log = '';
  const keep = (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-LOG_KEPT);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  child.on('error', (error) => keep(Buffer.from(error.message)));
  const stop = async () => {
    await endGroup(child);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const endpoint = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  const env = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: region,
    AWS_EC2_METADATA_DISABLED: 'true',
    NODE_EXTRA_CA_CERTS: certificate,
  };
  if (await isReady(endpoint, certificate, child)) return { port, endpoint, env, log: () => log, stop };
  await stop();
  throw new Error(`ministack did not start (${python}):\n${log}`);
}

function toolsOfThisMachine() {
  const folder = join(import.meta.dirname, '..', '..', '.cache', 'test-aws');
  return { folder, path: process.env['PATH'] ?? '', say: (text: string) => console.log(text) };
}

async function isReady(endpoint: string, certificate: string, child: ChildProcess): Promise<boolean> {
  const until = Date.now() + READY_WITHIN_MS;
  while (Date.now() < until && child.exitCode === null && child.pid !== undefined) {
    try {
      // For this process; others are told by their environment.
      setDefaultCACertificates([...getCACertificates('default'), readFileSync(certificate, 'utf8')]);
      const signal = AbortSignal.timeout(2_000);
      if ((await fetch(`${endpoint}/_ministack/health`, { signal })).ok) return true;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  return false;
}

async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  process.kill(-child.pid, 'SIGKILL');
  await gone;
}
