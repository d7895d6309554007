import type { OutboundClient, OutboundRequest, OutboundResult } from '#shared/gateways/outbound.ts';
import type { PastVersion } from '#shared/pipeline/ports.ts';
import { type GatewayHouse, openGatewayHouse } from './gateway-house.ts';
import type { SampledCallback, SampledGateway } from './sampled-gateways.ts';

const MINUTE_MS = 60_000;

/** One story as the gateway lives through it: what has happened is what its API shows, whatever was called back. */
export interface StoryWorld {
  readonly house: GatewayHouse;
  /** The next thing happens at the gateway; false: the story is over. */
  happen(): boolean;
  /** How many things have happened. */
  happened(): number;
  /** Calls back about what happened as number `i`. */
  deliver(i: number): Promise<void>;
  /** Reads the list of what changed, where the gateway has one. */
  list(): Promise<void>;
  /** Asks what is to be asked, until nothing is. */
  settle(): Promise<void>;
  /** Newest versions of all transactions. */
  transactions(): Promise<readonly PastVersion[]>;
  /** Requests to the API that no sample knows. */
  readonly unknown: readonly string[];
}

/** A list of the API that tells what no callback does. */
export interface Listed {
  /** Settings that switch it on. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** What is answered, by path without query. */
  readonly answers: Readonly<Record<string, object>>;
}

export async function openStory(
  one: SampledGateway,
  samples: readonly SampledCallback[],
  listed?: Listed,
): Promise<StoryWorld> {
  const house = openGatewayHouse();
  let nowMs = Math.max(...samples.map(({ at }) => at.getTime()));
  const pass = (ms: number) => {
    nowMs += ms;
    house.setTime(new Date(nowMs));
  };
  pass(MINUTE_MS);
  for (const sample of samples) await house.register(one.name, sample);
  const unknown: string[] = [];
  const api = new Map<string, { readonly status: number; readonly body: Uint8Array }>();
  const http: OutboundClient = {
    async send({ method, path }: OutboundRequest): Promise<OutboundResult> {
      const list = listed?.answers[path.split('?')[0] ?? ''];
      if (list !== undefined) {
        return { ok: true, status: 200, body: Buffer.from(JSON.stringify(list)), headers: {}, attempts: 1 };
      }
      const request = `${method} ${path}`;
      const answer = api.get(request) ?? { status: 404, body: Buffer.from('{}') };
      if (!api.has(request)) unknown.push(request);
      return { ok: true, ...answer, headers: { 'content-type': 'application/json' }, attempts: 1 };
    },
  };
  let done = 0;

  return {
    house,
    unknown,
    happened: () => done,
    happen() {
      const next = samples[done];
      if (next === undefined) return false;
      for (const [i, { request, status }] of next.sample.answers.entries()) {
        api.set(request, { status, body: next.answerBodies[i] ?? new Uint8Array() });
      }
      done += 1;
      return true;
    },
    async deliver(i) {
      const sample = samples[i];
      if (sample === undefined) return;
      const { status } = await house.call(sample);
      if (status !== 200) throw new Error(`${sample.name} was answered ${status}`);
    },
    async list() {
      if (listed !== undefined) await house.discover(one.name, http, listed.settings);
    },
    async settle() {
      // A turn a minute and a pause after what was not found: an hour is many of both.
      for (let minutes = 0; minutes < 60; minutes += 5) {
        await house.apply();
        await house.confirm(http);
        pass(5 * MINUTE_MS);
      }
      await house.apply();
    },
    async transactions() {
      const { items } = await house.stores.ledger.find({ type: 'transaction', limit: 100 });
      const rows = items.map(({ key, version }) => house.stores.ledger.versions(key, version, version));
      return (await Promise.all(rows)).flat();
    },
  };
}
