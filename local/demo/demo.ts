import { postCallback } from '#local/http/post-callback.ts';
import type { RawCallback } from '#shared/gateways/gateway.ts';
import { createAdminClient } from './admin-client.ts';
import { DEMO_MERCHANT, DEMO_SUBSCRIPTION } from './demo-names.ts';
import { demoStories } from './demo-stories.ts';
import { createQueueReader } from './queue-reader.ts';
import type { StandIn } from './stand-in.ts';

/** Is drained and printed, and goes when the demo is over. */
const PRINTED_SUBSCRIPTION = 'demo';

export interface DemoDeps {
  readonly base: string;
  readonly api: string;
  readonly operatorToken: string;
  readonly sqsEndpoint: string;
  readonly sqsAccessKeyId: string;
  /** `events`. */
  readonly eventsFolder: string;
  /** Answers in the place of the gateways' APIs. */
  readonly standIn: StandIn;
  readonly print: (line: string) => void;
  /** Ends the demo: the process is stopping. */
  readonly signal: AbortSignal;
}

export interface Demo {
  /** Callbacks posted and acknowledged, then every event that came out printed. */
  play(): Promise<void>;
}

/** Registers merchant, connectors and subscriptions through the admin API. */
export async function registerDemo(deps: DemoDeps): Promise<Demo> {
  const admin = createAdminClient(deps.api, deps.operatorToken, deps.signal);
  await admin.put(`/merchants/${DEMO_MERCHANT}`, { name: 'Acme' });
  const callbacks: RawCallback[] = [];
  for (const { gateway, samples } of demoStories(deps.eventsFolder, deps.standIn.host)) {
    const [first] = samples;
    if (first === undefined) throw new Error(`there is no callback to play in ${deps.eventsFolder}/${gateway}`);
    const { id, settings, secrets, testMode } = first.connector;
    const { callbackUrl } = await admin.put(`/connectors/${id}`, {
      ...{ merchantId: DEMO_MERCHANT, gateway, name: `Acme ${gateway}`, testMode, active: true, settings, secrets },
    });
    // The token in the URL of gateways that do not sign is made here; what others sign may be the path itself.
    const path = first.connector.token === undefined ? {} : { path: new URL(String(callbackUrl)).pathname };
    callbacks.push(...samples.map((sample) => ({ ...sample.callback, ...path })));
    deps.standIn.serve(samples.flatMap(({ answers }) => answers));
  }
  const subscription = { queue: { managed: true, fifo: true }, types: ['payment.*'], mode: 'both' };
  const of = (id: string) => `/merchants/${DEMO_MERCHANT}/subscriptions/${id}`;
  await admin.put(of(DEMO_SUBSCRIPTION), subscription);
  const { queueUrl } = await admin.put(of(PRINTED_SUBSCRIPTION), subscription);

  async function quiet(): Promise<boolean> {
    const { inbox, relay, parked } = await admin.get('/status');
    const waiting = JSON.stringify({ inbox, relay, parked });
    if (waiting !== '{"inbox":{"unapplied":0},"relay":{"unpublished":0},"parked":0}') return false;
    // Payments that are open in the recordings are asked about again for days: once is enough here.
    const { items } = await admin.get('/confirmations?state=waiting');
    return Array.isArray(items) && items.every(({ attempts }) => attempts > 0);
  }

  return {
    async play() {
      const queue = createQueueReader(deps, String(queueUrl));
      try {
        const posted = postAll(deps, callbacks);
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

/** Posts them as recorded, signature and all; answers how many were acknowledged. */
async function postAll(deps: DemoDeps, callbacks: readonly RawCallback[]): Promise<number> {
  let taken = 0;
  for (const callback of callbacks) {
    if (deps.signal.aborted) break;
    const uri = callback.rawQuery === '' ? callback.path : `${callback.path}?${callback.rawQuery}`;
    const answer = await postCallback(new URL(deps.base), { ...callback, uri });
    if (answer.status === 200) taken += 1;
    else deps.print(`Demo: ${uri} was answered ${answer.status} ${answer.body.trim()}`);
  }
  return taken;
}

function settled(promise: Promise<unknown>): Promise<boolean> {
  const turn = new Promise<boolean>((resolve) => setImmediate(resolve, false));
  return Promise.race([promise.then(() => true), turn]);
}
