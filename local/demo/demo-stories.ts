import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RawCallback } from '#shared/gateways/gateway.ts';
import { GATEWAY_SETTINGS } from '#shared/gateways/gateway-settings-table.ts';
import { type ReadSample, readSample, type SampleConnector } from '#shared/gateways/sample.ts';
import { DEMO_CONNECTOR } from './demo-names.ts';
import type { StandInAnswer } from './stand-in.ts';

export interface DemoStory {
  readonly gateway: string;
  /** Of one connector. */
  readonly samples: readonly DemoSample[];
}

export interface DemoSample {
  readonly callback: RawCallback;
  readonly connector: SampleConnector;
  /** What the gateway's API says when it is asked. */
  readonly answers: readonly StandInAnswer[];
}

/** Recorded callbacks were signed long ago: the demo's connectors take signatures of ten years, in seconds. */
const DEMO_TOLERANCE = 315_360_000;

/**
 * What the demo plays: all that is recorded for IXOPAY's connector, and the first callback of every other gateway. Each is
 * told to ask, and to fetch certificates from, `host`.
 */
export function demoStories(eventsFolder: string, host: string): readonly DemoStory[] {
  return foldersIn(eventsFolder).map((gateway) => {
    const folder = join(eventsFolder, gateway);
    const samples = foldersIn(folder).map((name) => readSample(join(folder, name)));
    if (gateway === 'ixopay') {
      const own = samples.filter(({ sample }) => sample.connector.id === DEMO_CONNECTOR);
      return { gateway, samples: own.map((read) => ({ ...read, connector: read.sample.connector, answers: [] })) };
    }
    return { gateway, samples: samples.slice(0, 1).map((read) => towards(host, gateway, read)) };
  });
}

function foldersIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/** Neither PayPal's nor Amazon's signature covers the URL of its certificate. */
function towards(
  host: string,
  gateway: string,
  { callback, sample, answerBodies, certificates }: ReadSample,
): DemoSample {
  const { connector } = sample;
  const moved = (text: string) =>
    Object.keys(certificates).reduce((all, url) => all.replaceAll(url, movedUrl(url, host)), text);
  const settings = tolerant(gateway, { ...connector.settings, apiHost: host });
  return {
    callback: {
      ...callback,
      headers: Object.fromEntries(Object.entries(callback.headers).map(([name, value]) => [name, moved(value)])),
      body: Buffer.from(moved(Buffer.from(callback.body).toString('latin1')), 'latin1'),
    },
    connector: { ...connector, settings },
    answers: [
      ...sample.answers.map(({ request, status }, i) => ({
        request,
        status,
        body: answerBodies[i] ?? new Uint8Array(),
      })),
      ...Object.entries(certificates).map(([url, pem]) => ({
        request: `GET ${new URL(url).pathname}`,
        status: 200,
        body: Buffer.from(pem),
      })),
    ],
  };
}

/** With the longest tolerance, where the gateway has one. */
function tolerant(gateway: string, settings: SampleConnector['settings']): SampleConnector['settings'] {
  const longer = { ...settings, toleranceSeconds: DEMO_TOLERANCE };
  return GATEWAY_SETTINGS[gateway]?.checkSettings(longer, {}, 'change').ok === true ? longer : settings;
}

function movedUrl(url: string, host: string): string {
  return `https://${host}${new URL(url).pathname}`;
}
