import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { postCallback } from '#local/http/post-callback.ts';
import { readSample } from '#shared/gateways/sample.ts';
import { createAdminClient } from './admin-client.ts';
import { DEMO_CONNECTOR, DEMO_MERCHANT, DEMO_SUBSCRIPTION } from './demo-names.ts';
import { createQueueReader } from './queue-reader.ts';

/** Is drained and printed, and goes when the demo is over. */
const PRINTED_SUBSCRIPTION = 'demo';

export interface DemoDeps {
  readonly base: string;
  readonly api: string;
  readonly operatorToken: string;
  readonly sqsEndpoint: string;
  readonly sqsAccessKeyId: string;
  /** `events/ixopay`. */
  readonly samplesFolder: string;
  readonly print: (line: string) => void;
  /** Ends the demo: the process is stopping. */
  readonly signal: AbortSignal;
}

export interface Demo {
  /** Callbacks posted and acknowledged, then every event that came out printed. */
  play(): Promise<void>;
}

/** Registers merchant, connector and subscriptions through the admin API. */
export async function registerDemo(deps: DemoDeps): Promise<Demo> {
  const admin = createAdminClient(deps.api, deps.operatorToken, deps.signal);
  const samples = samplesOf(deps.samplesFolder);
  const secret = samples[0]?.sample.connector.sharedSecret;
  if (secret === undefined) throw new Error(`there is no callback for ${DEMO_CONNECTOR} in ${deps.samplesFolder}`);
  await admin.put(`/merchants/${DEMO_MERCHANT}`, { name: 'Acme' });
  await admin.put(`/connectors/${DEMO_CONNECTOR}`, {
    merchantId: DEMO_MERCHANT,
    gateway: 'ixopay',
    name: 'Acme cards',
    testMode: true,
    active: true,
    settings: { apiKey: DEMO_CONNECTOR },
    secrets: { sharedSecret: secret },
  });
  const subscription = { queue: { managed: true, fifo: true }, types: ['payment.*'], mode: 'both' };
  const of = (id: string) => `/merchants/${DEMO_MERCHANT}/subscriptions/${id}`;
  await admin.put(of(DEMO_SUBSCRIPTION), subscription);
  const { queueUrl } = await admin.put(of(PRINTED_SUBSCRIPTION), subscription);

  async function quiet(): Promise<boolean> {
    const { inbox, relay, parked } = await admin.get('/status');
    return (
      JSON.stringify({ inbox, relay, parked }) === '{"inbox":{"unapplied":0},"relay":{"unpublished":0},"parked":0}'
    );
  }

  return {
    async play() {
      const queue = createQueueReader(deps, String(queueUrl));
      try {
        const posted = postAll(deps, samples);
        let events = 0;
        for (;;) {
          const isQuiet = (await settled(posted)) && (await quiet());
          const bodies = await queue.receive(deps.signal);
          for (const body of bodies) deps.print(`event ${body}`);
          events += bodies.length;
          if (isQuiet && bodies.length === 0) break;
        }
        const taken = await posted;
        deps.print(
          `Demo: ${taken} callbacks were acknowledged and made ${events} events; ${DEMO_SUBSCRIPTION}'s queue has them all.`,
        );
        await admin.remove(of(PRINTED_SUBSCRIPTION));
        await queue.drop();
      } finally {
        queue.close();
      }
    },
  };
}

type Played = ReturnType<typeof readSample>;

/** In order of their names; those of other connectors are for tests. */
function samplesOf(folder: string): readonly Played[] {
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return names
    .map(({ name }) => name)
    .sort()
    .map((name) => readSample(join(folder, name)))
    .filter(({ sample }) => sample.connector.id === DEMO_CONNECTOR);
}

/** Posts them as recorded, signature and all; answers how many were acknowledged. */
async function postAll(deps: DemoDeps, samples: readonly Played[]): Promise<number> {
  let taken = 0;
  for (const { callback } of samples) {
    if (deps.signal.aborted) break;
    const uri = callback.rawQuery === '' ? callback.path : `${callback.path}?${callback.rawQuery}`;
    const answer = await postCallback(new URL(deps.base), { ...callback, uri });
    if (answer.status === 200 && answer.body === 'OK') taken += 1;
    else deps.print(`Demo: ${uri} was answered ${answer.status} ${answer.body.trim()}`);
  }
  return taken;
}

function settled(promise: Promise<unknown>): Promise<boolean> {
  const turn = new Promise<boolean>((resolve) => setImmediate(resolve, false));
  return Promise.race([promise.then(() => true), turn]);
}
