import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Gateway, RawCallback, RemoteTools, Verdict } from '#shared/gateways/gateway.ts';
import type { GatewaySettings } from '#shared/gateways/gateway-settings.ts';
import { GATEWAY_SETTINGS } from '#shared/gateways/gateway-settings-table.ts';
import { GATEWAYS } from '#shared/gateways/gateways.ts';
import type { OutboundClient } from '#shared/gateways/outbound.ts';
import { outlineOf } from '#shared/gateways/outline.testing.ts';
import { type ReadSample, readSample } from '#shared/gateways/sample.ts';
import type { CertificateReading } from '#shared/gateways/signing-certificate.ts';
import type { Notification } from '#shared/model/notification.ts';
import { judge } from '#shared/pipeline/prove.ts';

const EVENTS = fileURLToPath(new URL('../../events', import.meta.url));
/** When samples are received whose signature is good at any time. */
const ANY_TIME = '2026-07-21T12:00:00.000Z';

export interface SampledCallback extends ReadSample {
  /** The folder's name. */
  readonly name: string;
  readonly at: Date;
}

/** An adapter of the generated tables with the samples of `events/<name>/`. */
export interface SampledGateway {
  readonly name: string;
  readonly gateway: Gateway;
  readonly settings: GatewaySettings;
  readonly samples: readonly SampledCallback[];
}

/** Every adapter of this release; one without samples has an empty list. */
export function sampledGateways(): readonly SampledGateway[] {
  return Object.entries(GATEWAYS).map(([name, gateway]) => {
    const settings = GATEWAY_SETTINGS[name];
    if (settings === undefined) throw new Error(`${name} has no settings: run npm run gateways`);
    return { name, gateway, settings, samples: samplesOf(join(EVENTS, name)) };
  });
}

/** Without those that have no samples: gateways.test.ts says so, and there is nothing to try them with. */
export function gatewaysWithSamples(): readonly SampledGateway[] {
  return sampledGateways().filter(({ samples }) => samples.length > 0);
}

function samplesOf(folder: string): readonly SampledCallback[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'sample.json')))
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const read = readSample(join(folder, name));
      return { ...read, name, at: new Date(read.sample.at ?? ANY_TIME) };
    });
}

/** Settings and secrets of a sample's connector as the registry would keep them; throws with what is wrong. */
export function keptConnector({ settings: { checkSettings } }: SampledGateway, { sample }: SampledCallback) {
  const check = checkSettings(sample.connector.settings, sample.connector.secrets, 'new');
  if (!check.ok) throw new Error(JSON.stringify(check.problems));
  return check;
}

/** The verdict on a sample, or on what was made of it, as `receive` comes to it. */
export function verdictOf(
  sampled: SampledGateway,
  sample: SampledCallback,
  callback: RawCallback = sample.callback,
  now: Date = sample.at,
): Promise<Verdict> {
  const { settings, secrets } = keptConnector(sampled, sample);
  const { id } = sample.sample.connector;
  const credentials = {
    connectorId: id,
    registeredPath: `/callbacks/${id}`,
    settings,
    secrets: [{ keyId: 'k1', values: secrets }],
  };
  return judge({ remote: async () => toolsOf(sample) }, callback, sampled.gateway.front, credentials, now);
}

/** Certificates as the sample's connector names them, and nobody else to ask. */
export function toolsOf({ certificates, at }: SampledCallback): RemoteTools {
  return {
    http: NOBODY,
    now: () => at,
    certificates: {
      async get({ host, path }): Promise<CertificateReading> {
        const url = `https://${host}${path}`;
        const pem = Object.hasOwn(certificates, url) ? certificates[url] : undefined;
        if (pem !== undefined) return { ok: true, pem };
        return { ok: false, code: 'certificate_unavailable', detail: `Nothing is served under ${url}.` };
      },
    },
  };
}

const NOBODY: OutboundClient = {
  send: async () => ({ ok: false, code: 'host_unknown', detail: 'Nobody is there.', sent: false, attempts: 1 }),
};

/** Notifications as the words of `expect` that are asked for; an absent one is null. */
export function wordsAskedFor(
  notifications: readonly Notification[],
  expected: readonly Readonly<Record<string, unknown>>[],
): readonly object[] {
  return notifications.map((notification, i) => {
    const outline = outlineOf(notification);
    return Object.fromEntries(Object.keys(expected[i] ?? {}).map((word) => [word, outline[word] ?? null]));
  });
}
