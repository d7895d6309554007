import type { Clock } from './ports.ts';

/** Whether a refused callback of a connector may leave a sample now; all are counted. */
export interface SampleGate {
  /** `bytes`: of the body. A yes closes the gate of this connector for its time. */
  admits(connectorId: string, bytes: number): boolean;
}

const PAUSE_MS = 1_000;
/** A larger body is paid for with a longer pause: who sends large forgeries costs no more than who sends small ones. */
const BYTES_A_PAUSE = 32 * 1024;
/** Connectors remembered; beyond it the oldest is forgotten. */
const REMEMBERED = 10_000;

/** At most one sample a second and connector in this process, whatever comes. */
export function createSampleGate(clock: Clock): SampleGate {
  const closed = new Map<string, { readonly fromMs: number; readonly untilMs: number }>();
  return {
    admits(connectorId, bytes) {
      const nowMs = clock.now().getTime();
      const known = closed.get(connectorId);
      // A clock that was set back opens it.
      if (known !== undefined && known.fromMs <= nowMs && nowMs < known.untilMs) return false;
      closed.delete(connectorId);
      const pauseMs = PAUSE_MS * Math.max(1, Math.ceil(bytes / BYTES_A_PAUSE));
      closed.set(connectorId, { fromMs: nowMs, untilMs: nowMs + pauseMs });
      const [oldest] = closed.keys();
      if (closed.size > REMEMBERED && oldest !== undefined) closed.delete(oldest);
      return true;
    },
  };
}
