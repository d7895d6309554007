import { describe, expect, it } from 'vitest';
import { loadedFronts } from '#shared/gateways/front-table.ts';
import type { RemoteTools } from '#shared/gateways/gateway.ts';
import { receive } from '#shared/pipeline/receive.ts';
import { createConnectorLookup } from '#shared/registry/connector-lookup.ts';
import { createSecretReader } from '#shared/registry/secret-reader.ts';
import {
  gatewaysWithSamples,
  type SampledCallback,
  type SampledGateway,
  toolsOf,
} from '../conformance/sampled-gateways.ts';
import { createAdminFixture } from './admin-fixture.ts';

const SIGNED = ['amazon-pay', 'paypal'].map((name) => {
  const gateway = gatewaysWithSamples().find((one) => one.name === name);
  const sample = gateway?.samples.find((one) => Object.keys(one.certificates).length > 0);
  if (gateway === undefined || sample === undefined) throw new Error(`${name} has no sample signed with a certificate`);
  return { name, gateway, sample };
});

/** A connector as the sample configures it, and an admin API that is handed these tools. */
async function house(
  { gateway: { name, gateway } }: { gateway: SampledGateway },
  sample: SampledCallback,
  remote?: () => Promise<RemoteTools>,
) {
  const fixture = createAdminFixture({
    gateways: { [name]: gateway },
    clock: { now: () => sample.at },
    ...(remote && { remote }),
  });
  const { id, settings, secrets } = sample.sample.connector;
  await fixture.call('PUT', '/merchants/acme', { json: { name: 'Acme' } });
  const whole = { merchantId: 'acme', gateway: name, name: 'Web shop', testMode: true, active: true };
  expect((await fixture.call('PUT', `/connectors/${id}`, { json: { ...whole, settings, secrets } })).status).toBe(201);
  return { ...fixture, id };
}

function pasted({ callback: { method, path, headers, body } }: SampledCallback) {
  return { request: { method, path, headers, bodyBase64: Buffer.from(body).toString('base64') } };
}

describe.each(SIGNED)('$name', ({ gateway, sample }) => {
  it('a pasted callback is proved with the certificate that is fetched', async () => {
    const { call, id } = await house({ gateway }, sample, async () => toolsOf(sample));
    const { json } = await call('POST', `/connectors/${id}/test-callback`, { json: pasted(sample) });
    expect(json).toMatchObject({ outcome: 'accepted' });
  });

  it('and is refused, with the cause, where none can be had', async () => {
    for (const remote of [undefined, async () => toolsOf({ ...sample, certificates: {} })]) {
      const { call, id } = await house({ gateway }, sample, remote);
      const { json } = await call('POST', `/connectors/${id}/test-callback`, { json: pasted(sample) });
      expect(json).toMatchObject({
        ...{ outcome: 'refused', status: 503, refusal: { code: 'certificate_unavailable' } },
        causes: [{ code: 'certificate_unavailable' }],
      });
    }
  });

  it('what was refused for want of a certificate is explained and taken in once it can be had', async () => {
    let reachable = false;
    const tools = async () => toolsOf(reachable ? sample : { ...sample, certificates: {} });
    const { call, id, stores, deps } = await house({ gateway }, sample, tools);
    const { inbox, refused, registry, secrets } = stores;
    const connectors = createConnectorLookup(registry, deps.clock);
    const trouble = (error: unknown) => {
      throw error;
    };
    const front = loadedFronts({ [gateway.name]: gateway.gateway.front });
    const answer = await receive(
      {
        ...{ connectors, inbox, refused, trouble, clock: deps.clock, basePath: '', remote: tools, fronts: front },
        secrets: createSecretReader(secrets),
      },
      sample.callback,
    );
    expect(answer.status).toBe(503);
    const { items } = (await call('GET', `/connectors/${id}/refused`)).json as { items: { n: number }[] };
    const path = `/connectors/${id}/refused/${items[0]?.n}`;
    expect((await call('GET', `${path}/explain`)).json).toMatchObject({
      ...{ verifiesNow: false, causes: [{ code: 'certificate_unavailable', certain: true }] },
    });
    reachable = true;
    expect((await call('GET', `${path}/explain`)).json).toMatchObject({ verifiesNow: true });
    expect((await call('POST', `${path}/accept`)).json).toMatchObject({ stored: 1, items: [{ outcome: 'stored' }] });
  });

  it('nobody is asked any more after 10 s with one request', async () => {
    let nowMs = sample.at.getTime();
    let fetched = 0;
    const slow = async (): Promise<RemoteTools> => {
      const tools = toolsOf(sample);
      const get: RemoteTools['certificates']['get'] = async (demand) => {
        fetched += 1;
        return tools.certificates.get(demand);
      };
      nowMs += 10_000;
      return { ...tools, certificates: { get } };
    };
    const fixture = await house({ gateway }, sample, slow);
    const { judgingFor } = await import('#shared/http/judging.ts');
    const judging = judgingFor({ ...fixture.deps, clock: { now: () => new Date(nowMs) } });
    const tools = await judging.remote?.();
    const [url = ''] = Object.keys(sample.certificates);
    const { host, pathname } = new URL(url);
    expect(await tools?.certificates.get({ ok: true, host, path: pathname })).toMatchObject({
      code: 'certificate_unavailable',
    });
    expect(await tools?.http.send({ method: 'GET', host, path: '/', headers: {}, idempotent: true })).toMatchObject({
      code: 'timeout',
      sent: false,
    });
    expect(fetched).toBe(0);
  });
});
