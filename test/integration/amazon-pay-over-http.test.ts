import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import {
  callbackOf,
  confirmationFields,
  credentials,
  notificationFields,
  SIGNER,
  signedMessage,
  TOKEN,
  TOPIC,
} from '#shared/gateways/amazon-pay/amazon.testing.ts';
import { gateway } from '#shared/gateways/amazon-pay/index.ts';
import type { AskConnector, SubjectQuestion } from '#shared/gateways/asking.ts';
import type { RawCallback } from '#shared/gateways/gateway.ts';
import { createAccessTokens } from '#shared/outbound/access-tokens.ts';
import { createCertificateCache } from '#shared/outbound/certificate-cache.ts';
import { type GatewayServer, startGatewayServer } from '#shared/outbound/gateway-server.testing.ts';
import { createHttpClient } from '#shared/outbound/http-client.ts';
import { judge } from '#shared/pipeline/prove.ts';

const PATH = '/SimpleNotificationService-0123456789abcdef.pem';
const CHARGE = 'S01-5105180-3221187-C056351';
const NOW = new Date('2026-10-01T09:00:05Z');
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

const open: GatewayServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

/** One host that is Amazon SNS and Amazon Pay's API at once; `served`: what lies under the certificate's URL. */
async function startAmazon(served: { readonly status: number; readonly body: string; readonly location?: string }) {
  const server = await startGatewayServer(({ url }, response) => {
    if (url === PATH) {
      const { status, body, location } = served;
      response.writeHead(status, location === undefined ? {} : { location }).end(body);
    } else if (url.startsWith('/?Action=ConfirmSubscription')) {
      response.end(`<SubscriptionArn>${TOPIC}:1b</SubscriptionArn>`);
    } else if (url === `/v2/charges/${CHARGE}`) {
      response.end(JSON.stringify({ chargeId: CHARGE, statusDetails: { state: 'Captured' } }));
    } else {
      response.writeHead(404).end('{"reasonCode":"ResourceNotFound"}');
    }
  });
  open.push(server);
  const apiHost = `127.0.0.1:${server.port}`;
  const http = createHttpClient({ version: '1', random: () => 0, now: () => NOW, loopback: 'http' });
  const remote = { http, now: () => NOW, certificates: createCertificateCache({ http, now: () => NOW }) };
  const connector = credentials({ apiHost, confirmSubscriptions: 'auto' });
  const deps = { http, now: () => NOW, tokens: createAccessTokens({ now: () => NOW }) };
  const asking: AskConnector = { ...connector, testMode: true, secrets: { privateKey } };
  return {
    server,
    certificateUrl: `https://${apiHost}${PATH}`,
    standInUrl: `https://${apiHost}/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=${TOKEN}`,
    verdictOf: (callback: RawCallback) =>
      judge({ remote: async () => remote }, callback, gateway.front, connector, NOW),
    ask: (question: Pick<SubjectQuestion, 'type' | 'id' | 'as' | 'cause'>) =>
      gateway.asking.ask(deps, asking, { about: 'subject', ...question }),
  };
}

describe('Amazon Pay over HTTP', () => {
  it('fetches the certificate once for many messages, and refuses a topic without fetching', async () => {
    const { server, certificateUrl, verdictOf } = await startAmazon({ status: 200, body: SIGNER.cert });
    const message = () => signedMessage(notificationFields(), { SigningCertURL: certificateUrl });
    const verdicts = await Promise.all(Array.from({ length: 20 }, () => verdictOf(message())));
    expect(verdicts.every(({ ok }) => ok)).toBe(true);
    const foreign = { ...notificationFields(), TopicArn: `${TOPIC}-evil` };
    const refused = await verdictOf(signedMessage(foreign, { SigningCertURL: `${certificateUrl}x` }));
    expect(refused).toMatchObject({ ok: false, code: 'foreign' });
    expect(await verdictOf(callbackOf('{}'))).toMatchObject({ ok: false, code: 'envelope_malformed' });
    expect(server.seen.map(({ url }) => url)).toEqual([PATH]);
  });

  it.each([
    ['is gone', { status: 404, body: '' }, 'certificate_unavailable'],
    ['points elsewhere without end', { status: 302, body: '', location: PATH }, 'certificate_unavailable'],
    ['is a page', { status: 200, body: '<html>' }, 'certificate_malformed'],
    ['is huge', { status: 200, body: SIGNER.cert + 'x'.repeat(70_000) }, 'certificate_malformed'],
    ['is endless', { status: 200, body: 'x'.repeat(300_000) }, 'certificate_malformed'],
  ])('lets a message come again whose certificate %s', async (_name, served, code) => {
    const { server, certificateUrl, verdictOf } = await startAmazon(served);
    const verdict = await verdictOf(signedMessage(notificationFields(), { SigningCertURL: certificateUrl }));
    expect(verdict).toMatchObject({ ok: false, code, retry: true });
    expect(server.seen.map(({ url }) => url)).toEqual([PATH]);
  });

  it('asks with a signed request', async () => {
    const { server, ask } = await startAmazon({ status: 200, body: SIGNER.cert });
    const cause = async () => undefined;
    expect(await ask({ type: 'transaction', id: CHARGE, as: 'charge', cause })).toMatchObject({ outcome: 'answered' });
    expect(await ask({ type: 'transaction', id: 'S01-1', as: 'charge', cause })).toMatchObject({
      outcome: 'not_found',
    });
    expect(server.seen[0]?.headers).toMatchObject({
      accept: 'application/json',
      'x-amz-pay-host': `127.0.0.1:${server.port}`,
      authorization: expect.stringMatching(/^AMZN-PAY-RSASSA-PSS-V2 PublicKeyId=LIVE-AKEY, /),
    });
  });

  it('confirms a subscription, and only what its message names', async () => {
    const { server, certificateUrl, standInUrl, verdictOf, ask } = await startAmazon({
      status: 200,
      body: SIGNER.cert,
    });
    const fields = { ...confirmationFields(), SubscribeURL: standInUrl };
    const callback = signedMessage(fields, { SigningCertURL: certificateUrl });
    const verdict = await verdictOf(callback);
    const { body } = callback;
    const statement = { source: 'pushed' as const, body, declared: verdict.ok ? verdict.declared : {} };
    const [notice] = gateway.normalize(statement).notifications;
    if (notice?.about !== 'notice' || notice.id === undefined) throw new Error('no notice');
    expect(notice).toMatchObject({ status: 'RECEIVED', ask: { as: 'subscription' } });
    const outcome = await ask({ type: 'notice', id: notice.id, as: 'subscription', cause: async () => statement });
    if (outcome.outcome !== 'answered') throw new Error(outcome.detail);
    const answers = outcome.statements.flatMap(({ body: answer, declared }) => {
      return gateway.normalize({ source: 'fetched', body: answer, declared }).notifications;
    });
    expect(answers).toMatchObject([{ about: 'notice', id: notice.id, status: 'RESOLVED' }]);
    expect(server.seen.at(-1)?.url).toBe(
      `/?Action=ConfirmSubscription&TopicArn=${encodeURIComponent(TOPIC)}&Token=${TOKEN}`,
    );
  });
});
