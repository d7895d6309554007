import { describe, expect, it } from 'vitest';
import { GATEWAY_NAMES } from '#shared/gateways/gateway-names.ts';
import { type Bundle, bundleOf } from './bundles.ts';

/**
 * Bytes of the minified bundles. `receive`: what was asked for. The others: as measured on 2026-11-22 with six gateways, and a tenth more; a
 * bundle that outgrows its budget starts slower, so look at the parts that the failure lists before the number is raised.
 */
const BUDGETS = {
  ...{ receive: 350_000, apply: 825_000, relay: 520_000, redeliver: 520_000 },
  ...{ confirm: 850_000, reconcile: 800_000, admin: 1_240_000 },
} as const;

const made = new Map<string, Promise<Bundle>>();

/** Made once for all tests. */
function bundle(folder: string): Promise<Bundle> {
  const known = made.get(folder) ?? bundleOf(folder);
  made.set(folder, known);
  return known;
}

describe('bundles', () => {
  it.each(Object.entries(BUDGETS))('%s stays within %d bytes', async (folder, budget) => {
    const { code, parts } = await bundle(folder);
    const largest = parts.slice(0, 12).map(([name, bytes]) => `${bytes} ${name}`);
    expect(code.byteLength, `functions/${folder}:\n${largest.join('\n')}`).toBeLessThanOrEqual(budget);
    // Also that it is the real thing: a budget that could be halved guards nothing.
    expect(code.byteLength).toBeGreaterThan(budget / 2);
  });

  it('receive loads nothing that it does not need before the answer', async () => {
    const { inputs } = await bundle('receive');
    expect(inputs).toContain('functions/receive/handler.ts');
    const packages = [
      'zod',
      'fast-xml-parser',
      '@middy',
      '@aws-lambda-powertools',
      '@aws-sdk/client-(?!dynamodb/)',
      '@aws-sdk/credential-provider',
    ];
    const heavy = new RegExp(`(^|/)node_modules/(${packages.join('|')})`);
    expect(inputs.filter((path) => heavy.test(path))).toEqual([]);
    const ours =
      /^shared\/(http|consumer|delivery)\/|^shared\/(?!.*\/front\b)gateways\/[^/]+\/(index|normalize|settings)\.ts$/;
    expect(inputs.filter((path) => ours.test(path))).toEqual([]);
    // The ways of the admin API, of applying and of sealing.
    const behind =
      /^shared\/(pipeline\/(apply|relay|redrive|redeliver)|registry\/write-|store\/kms\/kms-secret-box|store\/dynamodb\/(ledger|delivery)-)/;
    expect(inputs.filter((path) => behind.test(path))).toEqual([]);
  });

  it('receive loads one adapter, and the way out only where a signature names a certificate', async () => {
    const { inputs, later } = await bundle('receive');
    expect(inputs.filter((path) => /^shared\/(gateways\/[^/]+\/|outbound\/)/.test(path))).toEqual([]);
    const fronts = later.filter((part) =>
      part.inputs.some((path) => /^shared\/gateways\/[^/]+\/front[.]ts$/.test(path)),
    );
    expect(fronts).toHaveLength(GATEWAY_NAMES.length);
    // Each of them, with what it shares with others, beside the budget of what every start reads.
    for (const part of later) expect(part.bytes, part.inputs.join()).toBeLessThan(70_000);
  });

  it('the others carry what receive does not: the check sees what it looks for', async () => {
    const { inputs } = await bundle('apply');
    for (const name of ['zod', 'fast-xml-parser', '@middy', '@aws-lambda-powertools']) {
      expect(
        inputs.some((path) => path.includes(`node_modules/${name}/`)),
        name,
      ).toBe(true);
    }
  });
});
