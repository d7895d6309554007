// `node test/conformance/play-samples.ts <gateway>`: takes all samples of a gateway in and prints the events that come of
// them, one JSON text a line, and the statuses that were answered.
import { eventFor } from '#shared/pipeline/event-for.ts';
import { openGatewayHouse } from './gateway-house.ts';
import { sampledGateways } from './sampled-gateways.ts';

const ALL = { types: ['*'], kinds: [], connectors: [], mode: 'both' as const };

const [, , name] = process.argv;
const sampled = sampledGateways().find((one) => one.name === name);
if (sampled === undefined) throw new Error(`there is no adapter ${JSON.stringify(name)}`);
const house = openGatewayHouse();
for (const sample of sampled.samples) {
  await house.register(sampled.name, sample);
  const { status } = await house.call(sample);
  console.log(JSON.stringify({ sample: sample.name, status }));
}
await house.apply();
const { items } = await house.stores.ledger.find({ type: 'transaction', limit: 100 });
for (const { key, version } of items) {
  for (const row of await house.stores.ledger.versions(key, 1, version)) {
    const event = eventFor(row, [{ from: '1970-01-01T00:00:00.000Z', filter: ALL }], 'https://postrider.test/schemas');
    if (event !== undefined) console.log(JSON.stringify({ event }));
  }
}
