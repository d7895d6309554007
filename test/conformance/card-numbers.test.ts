import { describe, expect, it } from 'vitest';
import type { StoredStatement } from '#shared/gateways/gateway.ts';
import type { Notification } from '#shared/model/notification.ts';
import { gatewaysWithSamples, type SampledGateway, verdictOf } from './sampled-gateways.ts';

const CARD = '5555555555554444';
/** Fields that the samples of a gateway fill with text of the merchant's or a provider's own. */
const FILLED: Readonly<Record<string, readonly string[]>> = {
  paypal: ['merchantReference', 'metadata'],
  cybersource: ['merchantReference'],
  'amazon-pay': ['merchantReference', 'metadata'],
  secuconnect: ['merchantReference', 'purchaseReference'],
  paylock: ['merchantReference'],
};

async function statementsOf(one: SampledGateway): Promise<readonly StoredStatement[]> {
  const each = one.samples.map(async (sample): Promise<readonly StoredStatement[]> => {
    const verdict = await verdictOf(one, sample);
    const declared = verdict.ok ? verdict.declared : {};
    const answers = sample.sample.answers.flatMap((answer, i): StoredStatement[] => {
      const body = sample.answerBodies[i];
      if (answer.declared === undefined || body === undefined) return [];
      const asked = { ...answer.declared, askedAt: '2026-07-21T12:00:00.000Z', settles: '[]' };
      return [{ source: 'fetched', body, declared: asked }];
    });
    return [{ source: 'pushed', body: sample.callback.body, declared }, ...answers];
  });
  return (await Promise.all(each)).flat();
}

function textOf(notification: Notification, field: string): string | undefined {
  if (notification.about !== 'transaction') return undefined;
  const [name = '', inner] = field.split('.');
  const value: unknown = Reflect.get(notification.fields, name);
  const found: unknown = inner === undefined ? value : Reflect.get(Object(value), inner);
  return typeof found === 'string' ? found : undefined;
}

/** The same statement, with a card number wherever the text stands; undefined where it is not written out in the body. */
function withCard(statement: StoredStatement, text: string): StoredStatement | undefined {
  const body = Buffer.from(statement.body).toString();
  // As text in JSON, as a number there, in a form.
  const spelled = [`"${text}"`, `: ${text}`, `:${text}`, `=${text}`].find((one) => body.includes(one));
  if (spelled === undefined) return undefined;
  return { ...statement, body: Buffer.from(body.replaceAll(spelled, spelled.replace(text, CARD))) };
}

describe.each(gatewaysWithSamples().filter(({ name }) => Object.hasOwn(FILLED, name)))('$name', (one) => {
  it.each(FILLED[one.name] ?? [])('a card number in %s is left out and flagged', async (field) => {
    let tried = 0;
    for (const statement of await statementsOf(one)) {
      const texts = new Set(
        one.gateway.normalize(statement).notifications.flatMap((given) => textOf(given, field) ?? []),
      );
      for (const text of texts) {
        const changed = withCard(statement, text);
        if (changed === undefined) continue;
        tried += 1;
        const { notifications } = one.gateway.normalize(changed);
        expect(JSON.stringify(notifications)).not.toContain(CARD);
        const flags = notifications.flatMap((given) => (given.about === 'notice' ? [] : given.anomalies));
        expect(flags).toContainEqual({ code: 'could_be_card_number', field });
      }
    }
    expect(tried).toBeGreaterThan(0);
  });
});
