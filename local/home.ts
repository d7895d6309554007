import { createServer } from 'node:http';
import type { Worker } from 'node:worker_threads';
import { GATEWAY_FRONTS } from '#shared/gateways/fronts.ts';
import { type ReceiveDeps, receive, refuseTooLarge } from '#shared/pipeline/receive.ts';
import { createConnectorLookup } from '#shared/registry/connector-lookup.ts';
import type { Connector } from '#shared/registry/records.ts';
import { createSecretReader } from '#shared/registry/secret-reader.ts';
import { tokenDigest } from '#shared/registry/token-digest.ts';
import { openHomeFolder } from './home-folder.ts';
import { createHostGuard, extraHosts } from './http/host-guard.ts';
import { createHttpServer } from './http/http-server.ts';
import { HTTP_LIMITS } from './http/limits.ts';
import { closeServer, listen, reachableHost, urlHost } from './http/listen.ts';
import { basePathOf, type Options } from './options.ts';
import type { PumpSettings } from './pump/messages.ts';
import { createPumpClient, type PumpClient } from './pump/pump-client.ts';
import { createSqsListener } from './queue/server.ts';
import { createLazyRemoteTools } from './remote-tools.ts';
import { reasonOf, StartFailure } from './start-failure.ts';
import { type InboxDatabase, openInboxDatabase } from './store/inbox-database.ts';
import { openRegistryReader } from './store/registry-store.ts';

/** How to reach a home that is up (interfaces.md, the `ready` line). */
export interface HomeAddress {
  /** On this machine, without a trailing slash. */
  readonly base: string;
  readonly api: string;
  readonly sqsEndpoint: string;
  readonly sqsAccessKeyId: string;
  readonly dataFolder: string;
  readonly tokenFile: string;
}

export interface Home {
  readonly address: HomeAddress;
  /** What callback URLs begin with: the public URL, else `address.base`. */
  readonly callbackBase: string;
  readonly operatorToken: string;
  /** True: nothing had ever been stored in the data folder. */
  readonly isNew: boolean;
  /** Rejects when the pump thread dies. */
  readonly died: Promise<never>;
  /** Finishes requests in flight, commits, closes. */
  stop(): Promise<void>;
}

export interface HomeDeps {
  /** Runs pump/pump-worker.ts and has been told nothing yet. */
  readonly pumpThread: Worker;
  readonly release: string;
  readonly env: NodeJS.ProcessEnv;
  /** `host:port` of the demo's stand-in for gateways' APIs: the one place on this machine that is called. */
  readonly standIn?: string | undefined;
  readonly trouble: (error: unknown) => void;
}

/** Requests in flight may take this long once the process is told to stop; what is half-sent then is cut. */
const GRACE_MS = 4_000;

type Closer = () => Promise<void> | void;

/** Starts the embedded home; both ports listen and both threads are ready when it resolves. */
export async function startHome(options: Options, deps: HomeDeps): Promise<Home> {
  const closers: Closer[] = [];
  try {
    return await startWith(options, deps, closers);
  } catch (error) {
    await deps.pumpThread.terminate();
    for (const close of closers.reverse()) await close();
    throw error;
  }
}

async function startWith(options: Options, deps: HomeDeps, closers: Closer[]): Promise<Home> {
  const folder = openHomeFolder(options.dataFolder, options.operatorToken);
  closers.push(folder.close);
  const { requests } = folder.secrets;
  const inbox = openFile(folder.file('inbox.db'), (path) => openInboxDatabase(path, { requests }));
  closers.push(inbox.close);

  const pump = Promise.withResolvers<PumpClient>();
  const registry = Promise.withResolvers<{ readonly connector: (id: string) => Promise<Connector | undefined> }>();
  // Nobody may be waiting for them when a later step fails.
  for (const { promise } of [pump, registry]) promise.catch(() => undefined);
  const clock = { now: () => new Date() };
  const connectors = createConnectorLookup({ connector: async (id) => (await registry.promise).connector(id) }, clock);
  const receiver: ReceiveDeps = {
    connectors,
    secrets: createSecretReader(folder.secrets),
    fronts: GATEWAY_FRONTS,
    inbox: wakingInbox(inbox, pump.promise),
    refused: inbox.refused,
    clock,
    basePath: basePathOf(options.publicUrl),
    remote: createLazyRemoteTools(deps.release, deps.env, deps.standIn),
    trouble: deps.trouble,
  };
  const ports = await listenOnBoth(options, deps, folder.sqsAccessKeyId, receiver, pump.promise, closers);

  const api = `${ports.base}/api/v1`;
  const callbackBase = options.publicUrl === undefined ? ports.base : options.publicUrl.href.replace(/\/+$/, '');
  const settings: PumpSettings = {
    dataFolder: folder.path,
    keyFile: folder.file('secrets.key'),
    sqsEndpoint: ports.sqsEndpoint,
    callbackBase,
    apiBase: `${callbackBase}/api/v1`,
    operatorTokenSha256: tokenDigest(folder.operatorToken),
    wakePending: new SharedArrayBuffer(4),
    release: deps.release,
    standIn: deps.standIn,
  };
  const client = createPumpClient(deps.pumpThread, {
    wakePending: settings.wakePending,
    inbox,
    refused: inbox.refused,
    connectorChanged: connectors.forget,
    trouble: deps.trouble,
  });
  await client.start(settings);
  const reader = openRegistryReader(folder.file('ledger.db'));
  registry.resolve(reader);
  pump.resolve(client);

  const { sqsAccessKeyId, tokenFile, operatorToken, isNew } = folder;
  return {
    address: {
      base: ports.base,
      api,
      sqsEndpoint: ports.sqsEndpoint,
      sqsAccessKeyId,
      dataFolder: folder.path,
      tokenFile,
    },
    callbackBase,
    operatorToken,
    isNew,
    died: client.died,
    async stop() {
      // The pump answers long polls and what it has begun; callbacks in flight need the inbox only.
      await Promise.all([ports.close(GRACE_MS), client.stop()]);
      reader.close();
      inbox.close();
      folder.close();
    },
  };
}

function openFile(path: string, open: (path: string) => InboxDatabase): InboxDatabase {
  try {
    return open(path);
  } catch (error) {
    throw new StartFailure(`cannot open ${path}: ${reasonOf(error)}`);
  }
}

/** Acknowledging waits for the commit only; the pump hears of it afterwards. */
function wakingInbox(inbox: InboxDatabase, pump: Promise<PumpClient>): ReceiveDeps['inbox'] {
  let client: PumpClient | undefined;
  pump.then(
    (ready) => {
      client = ready;
    },
    () => undefined,
  );
  return {
    async put(row) {
      const outcome = await inbox.put(row);
      if (outcome === 'stored') client?.wake();
      return outcome;
    },
  };
}

interface Ports {
  readonly base: string;
  readonly sqsEndpoint: string;
  readonly close: (graceMs: number) => Promise<void>;
}

async function listenOnBoth(
  options: Options,
  deps: HomeDeps,
  accessKeyId: string,
  receiver: ReceiveDeps,
  pump: Promise<PumpClient>,
  closers: Closer[],
): Promise<Ports> {
  const http = createHttpServer({
    receive: (request) => receive(receiver, request),
    refuseTooLarge: (head, bytes) => refuseTooLarge(receiver, head, bytes),
    admin: async (request, signal) => {
      const path = request.path.slice('/api/v1'.length);
      return (await pump).admin({ ...request, path }, signal);
    },
    guard: createHostGuard(options),
    basePath: basePathOf(options.publicUrl),
    limits: HTTP_LIMITS,
    trouble: deps.trouble,
  });
  const { headersMs, requestMs, checkMs, keepAliveMs } = HTTP_LIMITS;
  const sqs = createServer(
    {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: checkMs,
      keepAliveTimeout: keepAliveMs,
    },
    createSqsListener({
      forward: async (action, body, signal) => (await pump).sqs(action, body, signal),
      accessKeyId,
      allowedHosts: extraHosts(options).map(urlHost),
    }),
  );
  const close = async (graceMs: number) => {
    await Promise.all([closeServer(http, graceMs), closeServer(sqs, graceMs)]);
  };
  closers.push(() => close(0));
  const port = await listen(http, options.host, options.port, 'stop what uses it, or give another --port');
  const sqsPort = await listen(sqs, options.host, options.sqsPort, 'stop what uses it, or set POSTRIDER_SQS_PORT');
  const host = reachableHost(options.host);
  return { base: `http://${host}:${port}`, sqsEndpoint: `http://${host}:${sqsPort}`, close };
}
