import { afterEach, describe, expect, it } from 'vitest';
import { debit } from '../integration/callbacks.ts';
import { untilQuiet } from '../integration/home-process.ts';
import { DOCUMENT } from '../provisioning/ixopay-connector.ts';
import { openPlantedHouse, PLANTED, type PlantedHouse } from './planted-house.ts';
import { leaksOf } from './secret-scan.ts';

const ID = DOCUMENT.guid;
const C = `/connectors/${ID}`;
let house: PlantedHouse;

afterEach(() => house.remove());

const withCard = (id: string) =>
  debit(id, 'OK', {
    customer: { iban: PLANTED.iban, company: PLANTED.card },
    returnData: { _TYPE: 'cardData', type: 'visa', lastFourDigits: '1111', pan: PLANTED.card },
    extraData: { note: `card ${PLANTED.card}`, account: PLANTED.iban },
  });

/** Merchant, connector, subscription; each as it should be, and with secrets where they do not belong. */
async function registry({ call, gateway, know }: PlantedHouse): Promise<{ queueUrl: string; token: string }> {
  await call('PUT', '/merchants/acme', { name: 'Acme' });
  const { sharedSecret, provisioningPassword } = PLANTED;
  const settings = {
    ...{ apiKey: DOCUMENT.apiKey, connectorGuid: ID, provisioningUser: 'ops' },
    provisioningHost: `127.0.0.1:${gateway.port}`,
  };
  const good = { merchantId: 'acme', gateway: 'ixopay', name: 'Acme cards', testMode: true, active: true, settings };
  const secrets = { sharedSecret, provisioningPassword };
  expect((await call('PUT', C, { ...good, secrets })).status).toBe(201);
  for (const bad of [
    { ...good, secrets: { ...secrets, sharedSecert: sharedSecret } },
    { ...good, secrets: { sharedSecret: [sharedSecret] } },
    { ...good, secrets: sharedSecret },
    { ...good, sharedSecret },
    { ...good, settings: { ...settings, sharedSecret } },
    { ...good, gateway: 'other', secrets },
    { ...good, merchantId: 'nobody', secrets },
  ]) {
    expect((await call('PUT', C, bad)).status).toBeGreaterThanOrEqual(400);
  }
  const subscription = { queue: { managed: true, fifo: true }, types: ['payment.*'], mode: 'both' };
  const path = '/merchants/acme/subscriptions/main';
  const { body } = await call('PUT', path, subscription, { shows: ['readToken'] });
  know('readToken', String(body['readToken']));
  const renewed = await call('POST', `${path}/read-token`, undefined, { shows: ['renewedReadToken'] });
  know('renewedReadToken', String(renewed.body['readToken']));
  const made = await call('POST', '/merchants/acme/tokens', { name: 'shop' }, { shows: ['merchantToken'] });
  know('merchantToken', String(made.body['token']));
  const token = String(made.body['token']);
  return { queueUrl: String(body['queueUrl']), token };
}

/** Imported, exported, pushed to the gateway: shown, done, refused, answered with all that was sent. */
async function provisioning({ call, answerWith, gateway }: PlantedHouse): Promise<void> {
  const config = { ...DOCUMENT.config, password: PLANTED.configPassword };
  const document = { ...DOCUMENT, archived: false, config, sharedSecret: PLANTED.documentSecret };
  expect((await call('PUT', `${C}?shape=ixopay`, { ...document, sharedSecret: 7 })).status).toBe(422);
  // It would take the place of all secrets: refused, and to a connector of its own taken.
  expect((await call('PUT', `${C}?shape=ixopay`, document)).status).toBe(422);
  const own = { ...document, guid: 'CO-2', apiKey: 'sim-connector-b' };
  expect((await call('PUT', '/connectors/CO-2?shape=ixopay&merchantId=acme', own)).status).toBe(201);
  await call('GET', '/connectors/CO-2?shape=ixopay');
  await call('GET', `${C}?shape=ixopay`);
  expect((await call('PUT', `${C}?shape=ixopay`, { ...document, sharedSecret: undefined })).status).toBe(200);
  const gatewaySecrets = { '/config/password': PLANTED.configPassword };
  await call('POST', `${C}/provision`, { dryRun: true, gatewaySecrets });
  await call('POST', `${C}/provision`, { acknowledgeRequestSigning: true, gatewaySecrets: PLANTED.configPassword });
  for (const status of [200, 401, 422, 400, 500]) {
    answerWith(status);
    await call('POST', `${C}/provision`, { acknowledgeRequestSigning: true, gatewaySecrets });
  }
  expect(gateway.seen.some(({ body }) => JSON.parse(body).sharedSecret === PLANTED.sharedSecret)).toBe(true);
}

async function rotation({ call, callback, answerWith, know }: PlantedHouse): Promise<string> {
  answerWith(422);
  const secrets = { sharedSecret: PLANTED.rotatedSecret };
  expect((await call('POST', `${C}/rotation`, { secrets: PLANTED.rotatedSecret })).status).toBe(422);
  const told = { secrets, provision: true, acknowledgeRequestSigning: true };
  expect((await call('POST', `${C}/rotation`, told)).status).toBe(201);
  expect(await callback(ID, withCard('old'), PLANTED.sharedSecret)).toBe(200);
  expect(await callback(ID, withCard('new'), PLANTED.rotatedSecret)).toBe(200);
  await call('GET', `${C}/rotation`);
  expect((await call('DELETE', `${C}/rotation`)).status).toBe(200);
  const second = { secrets: { sharedSecret: PLANTED.credential, provisioningPassword: PLANTED.provisioningPassword } };
  await call('PUT', `${C}/credentials/second`, second);
  await call('PUT', `${C}/credentials/second`, { active: false });
  await call('DELETE', `${C}/credentials/second`);
  const started = await call('POST', `${C}/rotation`, {}, { shows: ['generated'] });
  expect(started.status).toBe(201);
  const generated = String(started.body['generated']?.['sharedSecret']);
  know('generated', generated);
  expect(await callback(ID, withCard('made'), generated)).toBe(200);
  expect((await call('POST', `${C}/rotation/revoke`, {})).status).toBe(200);
  return generated;
}

/** Refused callbacks with a card in them, explained and taken in once the secret is right. */
async function quarantine({ call, callback }: PlantedHouse): Promise<void> {
  expect(await callback(ID, withCard('refused'), PLANTED.rotatedSecret)).toBe(401);
  expect(await callback('nobody', withCard('refused'), PLANTED.rotatedSecret)).toBe(404);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const { body } = await call('GET', `${C}/refused`);
  const n = String(body['items']?.[0]?.['n']);
  await call('GET', `${C}/refused/${n}/explain`);
  const secrets = { sharedSecret: PLANTED.rotatedSecret };
  await call('POST', `${C}/rotation`, { secrets });
  await call('GET', `${C}/refused/${n}/explain`);
  expect((await call('POST', `${C}/refused/${n}/accept`)).body['stored']).toBe(1);
  await call('POST', `${C}/refused/accept`);
  await call('GET', '/refused');
}

/** Every list and every look-up, by whoever may. */
async function lookUps({ call, ready }: PlantedHouse, token: string): Promise<void> {
  await untilQuiet(async (method, path) => call(method, path));
  const { body: document } = await call('GET', '/openapi.json');
  const lists = Object.keys(document['paths'] ?? {}).filter((path) => !path.includes('{'));
  const { body } = await call('GET', '/callbacks');
  const callbacks = [...(body['items'] ?? [])].map(
    (row) => `/callbacks/${encodeURIComponent(String(row['callbackId']))}`,
  );
  expect(callbacks.length).toBeGreaterThanOrEqual(4);
  const things = [C, '/merchants/acme', '/merchants/acme/tokens', '/merchants/acme/subscriptions/main'];
  const payments = ['', '/history', '/events'].map((part) => `/transactions/${ID}/new${part}`);
  const all = [...lists, ...callbacks, ...things, ...payments, '/purchases/order-new', '/audit?limit=500'];
  for (const path of all)
    for (const who of [PLANTED.operatorToken, token]) await call('GET', path, undefined, { token: who });
  const events = '/merchants/acme/subscriptions/main/events?subject=transaction/new';
  await call('GET', events, undefined, { token: PLANTED.sharedSecret.replace('é', 'e') });
  const { body: tokens } = await call('GET', '/merchants/acme/tokens');
  await call('DELETE', `/merchants/acme/tokens/${String(tokens['items']?.[0]?.['tokenId'])}`);
  await call('GET', '/merchants/acme', undefined, { token });
  await fetch(`${ready.base}/health?token=${encodeURIComponent(PLANTED.operatorToken)}`);
}

describe('the embedded home', () => {
  it('says no secret: not on its output, in an answer, an event, the audit, the examples, nor in a file', async () => {
    house = await openPlantedHouse();
    const { queueUrl, token } = await registry(house);
    await provisioning(house);
    await rotation(house);
    await quarantine(house);
    await lookUps(house, token);
    const said = await house.end(queueUrl);
    expect(said.filter(({ where }) => where.startsWith('event ')).length).toBeGreaterThanOrEqual(4);
    expect(said.filter(({ where }) => where.startsWith('the answer')).length).toBeGreaterThan(90);
    expect(Object.keys(house.secrets)).toHaveLength(Object.keys(PLANTED).length + 4);
    expect(leaksOf(said, house.secrets)).toEqual([]);
  });

  it('a leak that was planted is found wherever it comes out', async () => {
    house = await openPlantedHouse();
    const { queueUrl } = await registry(house);
    const name = Buffer.from(`: ${PLANTED.sharedSecret}`).toString('base64');
    await house.call('PUT', '/merchants/acme', { name });
    const metadata = { merchantMetaData: PLANTED.card };
    await house.callback(ID, debit('leak', 'OK', metadata), PLANTED.sharedSecret);
    await untilQuiet(async (method, path) => house.call(method, path));
    await house.call('GET', '/audit');
    const leaks = leaksOf(await house.end(queueUrl), house.secrets);
    expect(leaks).toContain('sharedSecret (base64) in the answer 200 of PUT /merchants/acme');
    expect(leaks).toContain('sharedSecret (base64) in the answer 200 of GET /audit');
    expect(leaks).toContainEqual(expect.stringMatching(/^card \(plain\) in event .*transaction:leak:1$/));
    expect(leaks).toContainEqual(expect.stringMatching(/^sharedSecret \(base64\) in file /));
  });
});
