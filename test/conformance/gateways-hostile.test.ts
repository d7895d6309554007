import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NormalizedCallback, StoredStatement } from '#shared/gateways/gateway.ts';
import { canonicalJson } from '#shared/model/canonical.ts';
import type { Fact } from '#shared/model/fact.ts';
import { factsOf } from '#shared/model/facts-of.ts';
import { evidenceOf } from '#shared/model/merge.ts';
import type { Notification, TransactionNotification } from '#shared/model/notification.ts';
import { leavesOf, oddBody, oddCallback, oddDeclared, replaced } from './hostile-callbacks.ts';
import { gatewaysWithSamples, type SampledCallback, type SampledGateway, verdictOf } from './sampled-gateways.ts';

const RUNS = { numRuns: 300 };

function factsIn({ origin, notifications }: NormalizedCallback): readonly Fact[] {
  return notifications.flatMap((notification) => factsOf(notification, origin));
}

/** Every statement of the samples: callbacks as verified, answers as declared. */
async function statementsOf(one: SampledGateway): Promise<readonly StoredStatement[]> {
  const each = one.samples.map(async (sample): Promise<readonly StoredStatement[]> => {
    const verdict = await verdictOf(one, sample);
    const pushed = {
      source: 'pushed' as const,
      body: sample.callback.body,
      declared: verdict.ok ? verdict.declared : {},
    };
    return [pushed, ...answersOf(sample)];
  });
  return (await Promise.all(each)).flat();
}

function answersOf({ sample, answerBodies }: SampledCallback): readonly StoredStatement[] {
  return sample.answers.flatMap(({ declared }, i) => {
    const body = answerBodies[i];
    if (declared === undefined || body === undefined) return [];
    return [
      {
        source: 'fetched' as const,
        body,
        declared: { ...declared, askedAt: '2026-07-21T12:00:00.000Z', settles: '[]' },
      },
    ];
  });
}

/** What counts in a notification when words that nobody knows must not make another claim of it. */
function claimsIn(notifications: readonly Notification[]): readonly string[] {
  return notifications.flatMap((one) =>
    one.about === 'transaction' && isClaim(one) ? [`${one.kind ?? '?'} ${one.status}`] : [],
  );
}

/** A cancelled ERROR claims least: it stands behind whatever else was proven. */
function isClaim({ hint, status, cancelled, anomalies }: TransactionNotification): boolean {
  return hint !== true && status !== 'PENDING' && cancelled !== true && anomalies.length === 0;
}

/** What shows an operator that something was not understood. */
function flagsIn(notifications: readonly Notification[]): number {
  return notifications.reduce((sum, one) => {
    if (one.about === 'notice') return sum + (one.status === 'UNRECOGNIZED' ? 1 : 0);
    return sum + one.anomalies.length;
  }, 0);
}

/** Fields whose words are no closed list, and that say nothing of money where their word is another one. */
const OPEN_WORDS: Readonly<Record<string, RegExp>> = {
  // Relations other than "parent"; a share is told by its product, its parents and its name, too.
  secuconnect: /^hierarchy$/,
};

/** What ends in "id" names something (Secuconnect's product_id too: a number of an open list). */
function isOpenWord(gateway: string, leaf: readonly (string | number)[]): boolean {
  const name = String(leaf.at(-1));
  return /(?:^|_|[a-z])id$/i.test(name) || OPEN_WORDS[gateway]?.test(name) === true;
}

const UNKNOWN_WORD = 'Zz-unheard-of';

describe.each(gatewaysWithSamples())('$name', (one) => {
  const { gateway, samples } = one;
  const { front } = gateway;

  it('verify, keptHeaders, inboxKey and certificateOf take any request', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...samples), oddCallback(samples), async (sample, callback) => {
        const verdict = await verdictOf(one, sample, callback);
        expect(typeof verdict.ok).toBe('boolean');
        if (!verdict.ok) expect(verdict.detail).toMatch(/./);
        const kept = front.keptHeaders(callback.headers, sample.sample.connector.settings);
        expect(Object.keys(kept).filter((name) => callback.headers[name] === undefined)).toEqual([]);
        expect(front.inboxKey('pushed', callback.body, verdict.ok ? verdict.declared : {})).toMatch(/^[\w-]{43}$/);
      }),
      RUNS,
    );
  });

  it('refuses without quoting a secret', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...samples), oddCallback(samples), async (sample, callback) => {
        const verdict = await verdictOf(one, sample, callback);
        if (verdict.ok) return;
        const text = JSON.stringify(verdict);
        // An id that is kept with the secrets, so that it is rotated with them, is none.
        const secrets = Object.entries(sample.sample.connector.secrets)
          .filter(([name]) => !name.endsWith('Id'))
          .flatMap(([, value]) => (typeof value === 'string' ? value : []));
        expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('any method and tail of a path is a probe, or is none', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.option(fc.string(), { nil: undefined }), (method, tail) => {
        const answer = front.probe?.(method, tail);
        if (answer !== undefined) expect(answer.status).toBe(200);
        // An ordinary callback is never taken for one: it would not be stored.
        for (const usual of front.methods) expect(front.probe?.(usual, undefined)).toBeUndefined();
      }),
      RUNS,
    );
  });

  it('normalize takes any statement: never empty, twice the same, facts in any case', () => {
    const source = fc.constantFrom('pushed' as const, 'fetched' as const, 'reported' as const);
    fc.assert(
      fc.property(source, oddBody(samples), oddDeclared, (from, body, declared) => {
        const said = gateway.normalize({ source: from, body, declared });
        expect(said.notifications.length).toBeGreaterThan(0);
        expect(said).toEqual(gateway.normalize({ source: from, body: body.slice(), declared: { ...declared } }));
        expect(canonicalJson(evidenceOf(factsIn(said)))).toMatch(/^\{/);
      }),
      { numRuns: 600 },
    );
  });

  it('normalize of every sample cut anywhere is kept, and makes no other claim of it', async () => {
    for (const statement of await statementsOf(one)) {
      const claims = claimsIn(gateway.normalize(statement).notifications);
      const step = Math.max(1, Math.floor(statement.body.length / 40));
      for (let end = 0; end < statement.body.length; end += step) {
        const { notifications } = gateway.normalize({ ...statement, body: statement.body.subarray(0, end) });
        expect(notifications.length).toBeGreaterThan(0);
        expect(claimsIn(notifications).filter((claim) => !claims.includes(claim))).toEqual([]);
      }
    }
  });

  it('a word that nobody knows makes no other claim in any field, and is flagged where words are mapped', async () => {
    const holes: string[] = [];
    for (const statement of await statementsOf(one)) {
      const before = gateway.normalize(statement).notifications;
      const claims = claimsIn(before);
      const leaves = (leavesOf(statement.body) ?? []).filter((leaf) => !isOpenWord(one.name, leaf));
      const flags = leaves.map((leaf) => {
        const { notifications } = gateway.normalize({
          ...statement,
          body: replaced(statement.body, leaf, UNKNOWN_WORD),
        });
        const made = claimsIn(notifications).filter((claim) => !claims.includes(claim));
        if (notifications.length === 0 || made.length > 0) holes.push(`${leaf.join('.')} of ${made.join(', ')}`);
        return flagsIn(notifications) > flagsIn(before);
      });
      if (claims.length > 0 && leaves.length > 0 && !flags.includes(true)) holes.push('nothing is flagged');
    }
    expect([...new Set(holes)]).toEqual([]);
  });

  it('facts of all samples together are the same in any order, and twice', async () => {
    const facts = (await statementsOf(one)).flatMap((statement) => factsIn(gateway.normalize(statement)));
    const about = (all: readonly Fact[]) => {
      const ids = [...new Set(all.map(({ subject }) => `${subject.type} ${subject.id}`))].sort();
      return ids.map((id) => evidenceOf(all.filter(({ subject }) => `${subject.type} ${subject.id}` === id)));
    };
    const before = canonicalJson(about(facts));
    fc.assert(
      fc.property(fc.shuffledSubarray([...facts], { minLength: facts.length }), (shuffled) => {
        expect(canonicalJson(about([...shuffled, ...shuffled.slice(0, 5)]))).toBe(before);
      }),
      { numRuns: 5 },
    );
  });

  it('readReport takes anything', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), oddBody(samples).map(jsonOf)), fc.anything(), (result, request) => {
        const reading = gateway.readReport({ result, request });
        if (reading.effect === 'none') {
          expect(reading.why).toMatch(/./);
          return;
        }
        const { notifications } = gateway.normalize({ source: 'reported', body: reading.body, declared: {} });
        expect(notifications.length).toBeGreaterThan(0);
        expect(reading.subjectId).toMatch(/./);
      }),
      RUNS,
    );
  });

  it('checkSettings takes anything, and names fields', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (settings, secrets) => {
        const check = gateway.checkSettings(settings, secrets, 'new');
        if (!check.ok) expect(check.problems.every(({ field }) => /^\/(settings|secrets)/.test(field))).toBe(true);
      }),
      RUNS,
    );
  });
});

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}
