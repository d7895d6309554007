// `node bench/verify-amazon-pay.ts`: processor time of verifying one message of Amazon SNS whose certificate is known (warm),
// and of the first one with it (cold: its chain is built). Counted from process.cpuUsage; the least of several rounds is
// nearest to the truth on a machine that others use too.
import { fileURLToPath } from 'node:url';
import { gateway } from '#shared/gateways/amazon-pay/index.ts';
import { readSample } from '#shared/gateways/sample.ts';

const QUICK = process.argv.includes('--quick');
const ROUNDS = QUICK ? 3 : 15;
const MESSAGES = QUICK ? 100 : 2_000;
const AIM_MICROS = 1_000;
const EVENTS = fileURLToPath(new URL('../events/amazon-pay/', import.meta.url));

for (const name of ['01-charge-authorization-initiated', '02-charge-authorized']) {
  const { sample, callback, certificates } = readSample(`${EVENTS}${name}`);
  const [pem = ''] = Object.values(certificates);
  const connector = {
    ...{ connectorId: sample.connector.id, registeredPath: callback.path },
    ...{ settings: sample.connector.settings, secrets: [] },
  };
  const now = new Date(sample.at ?? '');
  const verify = () => {
    if (!gateway.front.certificateOf(callback, connector).ok) throw new Error(`${name}: no certificate`);
    const { ok } = gateway.front.verify(callback, connector, now, { ok: true, pem });
    if (!ok) throw new Error(`${name} was refused`);
  };
  const cold = microsOf(verify, 1);
  const rounds = Array.from({ length: ROUNDS }, () => microsOf(verify, MESSAGES)).sort((a, b) => a - b);
  const median = rounds[Math.floor(rounds.length / 2)] ?? Number.NaN;
  const shown = `${rounds[0]?.toFixed(0)} µs least, ${median.toFixed(0)} µs median (aim: ${AIM_MICROS})`;
  console.log(`${sample.verdict.algorithm}: ${shown}; the first one ${cold.toFixed(0)} µs`);
}

function microsOf(work: () => void, times: number): number {
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times;
}
