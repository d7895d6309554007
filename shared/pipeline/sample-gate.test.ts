import { describe, expect, it } from 'vitest';
import { createSampleGate } from './sample-gate.ts';

describe('the gate of samples', () => {
  it('lets one a second of each connector through, and larger ones less often', () => {
    let nowMs = 0;
    const gate = createSampleGate({ now: () => new Date(nowMs) });
    const admitted = (connectorId: string, bytes: number) => {
      const times: number[] = [];
      for (nowMs = 0; nowMs < 20_000; nowMs += 100) if (gate.admits(connectorId, bytes)) times.push(nowMs);
      return times;
    };
    expect(admitted('small', 600)).toEqual(Array.from({ length: 20 }, (_, i) => i * 1_000));
    expect(admitted('large', 300 * 1024)).toEqual([0, 10_000]);
    nowMs = 0;
    expect(['a', 'b', 'c'].map((id) => gate.admits(id, 1))).toEqual([true, true, true]);
  });

  it('a clock that was set back opens it', () => {
    let nowMs = 3_600_000;
    const gate = createSampleGate({ now: () => new Date(nowMs) });
    gate.admits('c', 1);
    nowMs = 0;
    expect(gate.admits('c', 1)).toBe(true);
    expect(gate.admits('c', 1)).toBe(false);
  });
});
