import type { ReportReading } from '../gateway.ts';

/** A merchant's own statement has no form that could be read without the connector's paths. */
export function readPaylockReport(): ReportReading {
  const why = 'Answers of this gateway are read by the paths of its connector, for callbacks and look-ups only.';
  return { effect: 'none', why };
}
