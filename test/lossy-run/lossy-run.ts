import type { TransactionState } from '#shared/model/state.ts';
import { chance } from '../simulation/house.ts';
import { amazonPayScripts } from './amazon-pay.ts';
import { cybersourceScripts } from './cybersource.ts';
import { ixopayScripts } from './ixopay.ts';
import { type HomeStores, openLossyHouse } from './lossy-house.ts';
import { paylockScripts } from './paylock.ts';
import { paypalScripts } from './paypal.ts';
import { secuconnectScripts } from './secuconnect.ts';
import type { Expected, Step } from './story.ts';

export const SCRIPTS = [
  ixopayScripts,
  secuconnectScripts,
  cybersourceScripts,
  paypalScripts,
  amazonPayScripts,
  paylockScripts,
];

const PAYMENTS = 200;
const LOST = 0.2;
const REPEATED = 0.3;
/** All callbacks of all stories lie before it. */
const BEGIN = '2026-03-02T12:00:00.000Z';
/** Longer than any gateway's horizon. */
const DAYS = 60;

export interface LossyRun {
  /** What differs from the tables: `<story>: <id> is …, not …`. */
  readonly differences: readonly string[];
  /** Names of the stories that nobody told anything of. */
  readonly undiscoverable: readonly string[];
  readonly checked: number;
  readonly lost: number;
  readonly delivered: number;
  /** Refusals and trouble: none is expected. */
  readonly troubles: readonly unknown[];
}

/** 200 payments over all gateways: a fifth of the callbacks lost, a third repeated, all shuffled; then reconcile. */
export async function lossyRun(stores: HomeStores, seed: number): Promise<LossyRun> {
  const random = chance(seed);
  const stories = Array.from({ length: PAYMENTS }, (_, i) => {
    const scripts = SCRIPTS[i % SCRIPTS.length] ?? ixopayScripts;
    return scripts.story(Math.floor(i / SCRIPTS.length));
  });
  const house = await openLossyHouse(stores, SCRIPTS, stories, BEGIN);
  const steps = stories.flatMap((story) => story.steps.map((step, index) => ({ story, step, index })));
  const arrived = steps.filter(() => random() >= LOST);
  const posted = shuffled([...arrived, ...arrived.filter(() => random() < REPEATED)], random);
  const refusals: string[] = [];
  for (const { story, step } of posted) {
    const status = await house.deliver(step.callback);
    if (status !== 200) refusals.push(`${story.name}: ${step.about} was answered ${status}`);
  }
  for (const { connectorId, reported } of stories) {
    if (reported !== undefined) await house.report(connectorId, reported);
  }
  await house.live(DAYS);

  const differences: string[] = [];
  const undiscoverable: string[] = [];
  const expectedIds = new Set<string>();
  for (const story of stories) {
    const came = arrived.filter((one) => one.story === story);
    const heard = new Set((story.listed === undefined ? came.map(({ step }) => step) : story.steps).map(aboutOf));
    const isKnown = heard.size > 0 || story.reported !== undefined;
    if (!isKnown) undiscoverable.push(story.name);
    const ends = isKnown ? story.ends(heard, new Set(came.map(({ index }) => index))) : {};
    for (const [id, expected] of Object.entries(ends)) {
      expectedIds.add(`${story.connectorId} ${id}`);
      differences.push(...differ(story.name, id, expected, await house.transaction(story.connectorId, id)));
    }
  }
  for (const { connectorId } of SCRIPTS) {
    const ids = await house.transactions(connectorId);
    differences.push(
      ...ids
        .filter((id) => !expectedIds.has(`${connectorId} ${id}`))
        .map((id) => `nobody spoke of ${connectorId} ${id}`),
    );
  }
  return {
    differences,
    undiscoverable,
    checked: expectedIds.size,
    lost: steps.length - arrived.length,
    delivered: posted.length,
    troubles: [...refusals, ...house.troubles],
  };
}

function aboutOf({ about }: Step): string {
  return about;
}

function differ(name: string, id: string, expected: Expected, state: TransactionState | undefined): string[] {
  if (state === undefined) return [`${name}: ${id} is not known`];
  const { kind, status, unresolved, totals } = state;
  const shown = { kind, status, unresolved, amount: state.amount?.value, ...totals };
  return Object.entries({ unresolved: undefined, ...expected })
    .filter(([member, value]) => Reflect.get(shown, member) !== value)
    .map(([member, value]) => `${name}: ${member} of ${id} is ${Reflect.get(shown, member)}, not ${value}`);
}

/** Fisher and Yates. */
function shuffled<T>(list: T[], random: () => number): T[] {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const [a, b] = [list[i], list[j]];
    if (a !== undefined && b !== undefined) [list[i], list[j]] = [b, a];
  }
  return list;
}
