// `node bench/verify-paylock.ts`: processor time of verifying one HMAC callback of the configurable adapter, with what the
// verdict declares and the inbox key: all that `receive` does with it before it is stored. Counted from process.cpuUsage; the
// least of several rounds is nearest to the truth on a machine that others use too.
import { fileURLToPath } from 'node:url';
import type { ConnectorCredentials } from '#shared/gateways/gateway.ts';
import { front } from '#shared/gateways/paylock/front.ts';
import { checkPaylockSettings } from '#shared/gateways/paylock/settings.ts';
import { type ReadSample, readSample } from '#shared/gateways/sample.ts';

const QUICK = process.argv.includes('--quick');
const ROUNDS = QUICK ? 3 : 15;
const CALLBACKS = QUICK ? 500 : 5_000;
const AIM_MICROS = 100;
const EVENTS = fileURLToPath(new URL('../events/paylock/', import.meta.url));

for (const name of ['02-json-debit-finished', '10-xml-preauthorize', '13-form-debit', '17-jsv-debit']) {
  measure(name, readSample(`${EVENTS}${name}`));
}
measure('02 with 64 KiB of body, refused', larger(readSample(`${EVENTS}02-json-debit-finished`)));

function measure(what: string, { callback, sample }: ReadSample): void {
  const connector = connectorOf(sample.connector);
  const at = new Date(sample.at ?? 0);
  const rounds: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const before = process.cpuUsage();
    for (let i = 0; i < CALLBACKS; i += 1) {
      const verdict = front.verify(callback, connector, at);
      if ('then' in verdict) throw new Error('the verdict is not there at once');
      if (verdict.ok) front.inboxKey('pushed', callback.body, verdict.declared);
    }
    const { user, system } = process.cpuUsage(before);
    // Round 0 compiles.
    if (round > 0) rounds.push((user + system) / CALLBACKS);
  }
  rounds.sort((a, b) => a - b);
  const median = rounds[Math.floor(rounds.length / 2)] ?? Number.NaN;
  console.log(`${what}: ${rounds[0]?.toFixed(1)} µs least, ${median.toFixed(1)} µs median (aim: ${AIM_MICROS})`);
}

function connectorOf({ id, settings, secrets }: ReadSample['sample']['connector']): ConnectorCredentials {
  const check = checkPaylockSettings(settings, secrets, 'new');
  if (!check.ok) throw new Error(JSON.stringify(check.problems));
  const opened = [{ keyId: 'k1', values: check.secrets }];
  return { connectorId: id, registeredPath: `/callbacks/${id}`, settings: check.settings, secrets: opened };
}

function larger(sample: ReadSample): ReadSample {
  const body = new Uint8Array(64 * 1_024).fill(0x20);
  return { ...sample, callback: { ...sample.callback, body } };
}
