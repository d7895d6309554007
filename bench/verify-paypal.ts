// `node bench/verify-paypal.ts`: processor time of one verification of a PayPal delivery whose certificate is known, from
// headers to verdict. Counted from process.cpuUsage; the least of several rounds is nearest to the truth on a machine that
// others use too. A wrong body costs the same, which is what a sender of forgeries is worth.
import { join } from 'node:path';
import type { RawCallback } from '#shared/gateways/gateway.ts';
import { front } from '#shared/gateways/paypal/front.ts';
import { readSample } from '#shared/gateways/sample.ts';

const ROUNDS = process.argv.includes('--quick') ? 3 : 15;
const VERIFICATIONS = 2_000;
const AIM_MICROS = 1_000;

const { callback, sample, certificates } = readSample(
  join(import.meta.dirname, '../events/paypal/01-capture-completed'),
);
const { id, settings } = sample.connector;
const connector = { connectorId: id, registeredPath: `/callbacks/${id}`, settings, secrets: [] };
const now = new Date(sample.at ?? '');

const wrong = { ...callback, body: callback.body.map((byte, at) => (at === 0 ? byte ^ 1 : byte)) };
measure('genuine', callback, true);
measure('another body', wrong, false);

function measure(what: string, request: RawCallback, genuine: boolean): void {
  const rounds: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const before = process.cpuUsage();
    for (let count = 0; count < VERIFICATIONS; count++) {
      if (verdictOf(request) !== genuine) throw new Error(`${what}: not judged as it should be`);
    }
    const { user, system } = process.cpuUsage(before);
    // Round 0 compiles, and reads the certificate.
    if (round > 0) rounds.push((user + system) / VERIFICATIONS);
  }
  rounds.sort((a, b) => a - b);
  const median = rounds[Math.floor(rounds.length / 2)] ?? Number.NaN;
  console.log(`${what}: ${rounds[0]?.toFixed(0)} µs least, ${median.toFixed(0)} µs median (aim: ${AIM_MICROS})`);
}

function verdictOf(request: RawCallback): boolean {
  const demand = front.certificateOf(request, connector);
  if (!demand.ok) throw new Error(demand.detail);
  const pem = certificates[`https://${demand.host}${demand.path}`] ?? '';
  return front.verify(request, connector, now, { ok: true, pem }).ok;
}
