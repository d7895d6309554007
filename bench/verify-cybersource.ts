// `node bench/verify-cybersource.ts`: processor time of one verification of a CyberSource notification, by what was signed.
// Counted from process.cpuUsage; the least of several rounds is nearest to the truth on a machine that others use too.
import { fileURLToPath } from 'node:url';
import { gateway } from '#shared/gateways/cybersource/index.ts';
import type { ConnectorCredentials } from '#shared/gateways/gateway.ts';
import { readSample } from '#shared/gateways/sample.ts';

const QUICK = process.argv.includes('--quick');
const ROUNDS = QUICK ? 3 : 15;
const VERIFICATIONS = QUICK ? 200 : 2_000;
const AIM_MICROS = 100;

await measure('the whole body, 1 kB', '01-authorization-accepted');
await measure('the payload as it stands', '25-network-token-deleted');
await measure('the payload as compact JSON', '32-only-the-payload-signed');
await measure('plain text of a JWE (one RSA operation)', '29-encrypted-and-plain-text-signed');

async function measure(what: string, name: string): Promise<void> {
  const { callback, sample } = readSample(fileURLToPath(new URL(`../events/cybersource/${name}`, import.meta.url)));
  const check = gateway.checkSettings(sample.connector.settings, sample.connector.secrets, 'new');
  if (!check.ok) throw new Error(`${name}: its connector is none`);
  const registeredPath = `/callbacks/${sample.connector.id}`;
  const credentials: ConnectorCredentials = {
    ...{ connectorId: sample.connector.id, registeredPath, settings: check.settings },
    secrets: [{ keyId: 'k1', values: check.secrets }],
  };
  const now = new Date(sample.at ?? '');
  const rounds: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const before = process.cpuUsage();
    for (let turn = 0; turn < VERIFICATIONS; turn++) {
      const verdict = await gateway.front.verify(callback, credentials, now);
      if (!verdict.ok) throw new Error(`${name} was refused`);
    }
    const { user, system } = process.cpuUsage(before);
    // Round 0 compiles.
    if (round > 0) rounds.push((user + system) / VERIFICATIONS);
  }
  rounds.sort((a, b) => a - b);
  const median = rounds[Math.floor(rounds.length / 2)] ?? Number.NaN;
  console.log(`${what}: ${rounds[0]?.toFixed(1)} µs least, ${median.toFixed(1)} µs median (aim: ${AIM_MICROS})`);
}
