import { describe, expect, it } from 'vitest';
import type { AdminClient } from '../../cli/admin-client.ts';
import { MERCHANT, registerSampled, SAMPLES, sendSample } from './all-gateways.ts';
import { eventually } from './deployed.ts';
import { callAsScheduler, logOf } from './emulator-api.ts';
import type { Ministack } from './ministack.ts';
import {
  askAboutContradiction,
  askAboutExpected,
  askAboutOverdue,
  askedEachMinute,
  concludeWithoutAnswer,
  expectWhatComes,
  isDown,
  known,
  question,
} from './questions.ts';

export interface Deployed {
  readonly aws: Ministack;
  readonly region: string;
  readonly admin: AdminClient;
}

/** Callbacks of all gateways, and the questions to them, in what is deployed; `deployed` is asked when a test runs. */
export function describeAllGateways(deployed: () => Deployed): void {
  describe('all gateways', () => {
    const urls = new Map<string, string>();
    const reconcile = () => {
      const { aws, region } = deployed();
      return callAsScheduler(aws, region, 'postrider-dev-reconcile');
    };

    it('each one’s callbacks are received and applied by its own part of the bundles', async () => {
      const { admin } = deployed();
      await admin.must('PUT', `/merchants/${MERCHANT}`, {});
      for (const one of SAMPLES) urls.set(one.gateway, await registerSampled(admin, one));
      for (const one of SAMPLES) {
        const { status, body } = await sendSample(one, urls.get(one.gateway) ?? '');
        expect(status, `${one.gateway}: ${body}`).toBe(one.status);
      }
      for (const { gateway, refusedWith, becomes } of SAMPLES) {
        if (becomes !== undefined) await known(admin, `/${becomes.path}`, becomes.state);
        if (refusedWith === undefined) continue;
        const refused = await eventually(10_000, async () => {
          const { items } = await admin.must('GET', `/connectors/gates-${gateway}/refused`);
          return (items as { code: string }[])[0];
        });
        expect(refused?.code, gateway).toBe(refusedWith);
      }
    });

    it('the gateway is asked what it only hinted at, contradicted, or was expected to know', async () => {
      const { admin } = deployed();
      const hinted = await question(admin, 'gates-secuconnect', 'hint', isDown);
      expect(hinted).toMatchObject({ subject: 'transaction/PCI_SALE1A7QK2M9XW4T6ZC8VB3NH5JD', state: 'waiting' });
      await askAboutContradiction(admin);
      await askAboutExpected(admin, 'gates-cybersource');
      await expectWhatComes(admin);
    });

    it('a payment past its due time becomes a question, and beyond the horizon a conclusion', async () => {
      const { admin } = deployed();
      await askAboutOverdue(admin, reconcile);
      await concludeWithoutAnswer(admin, reconcile);
    });
  });
}

/** Later, when the minute's schedules have called: what no stream starts, and what was logged in all. */
export function describeEachMinute(deployed: () => Deployed): void {
  describe('each minute', () => {
    it('gateways’ lists are asked for what changed: a new process begins a round', async () => {
      const { aws, region, admin } = deployed();
      await callAsScheduler(aws, region, 'postrider-dev-reconcile');
      const { span } = await question(admin, 'gates-secuconnect', 'discovery', () => true);
      expect(span).toMatchObject({ from: expect.any(String), to: expect.any(String) });
    });

    it('what has become due is asked, and what could not be asked is asked again', async () => {
      await askedEachMinute(deployed().admin);
    });

    it('confirm and reconcile met no trouble of our own: no right is missing', async () => {
      const { aws, region } = deployed();
      for (const name of ['confirm', 'reconcile']) {
        const lines = await logOf(aws, region, `/postrider/dev/${name}`);
        expect(lines.filter((line) => line.includes('"level":"INFO"')).length, name).toBeGreaterThan(0);
        const trouble = lines.filter((line) => /"level":"ERROR"|AccessDenied|Task timed out/.test(line));
        // The gateway is nowhere: in the next hour its list is one that was not read.
        expect(trouble.filter((line) => !line.includes('a gateway was not read to the end'))).toEqual([]);
      }
    });
  });
}
