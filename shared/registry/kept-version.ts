import type { Connector } from './records.ts';

/** What is kept of a version of a connector: its configuration. Secrets stand in the newest row only, so that a revoked one is gone. */
export function keptVersion(connector: Connector): Connector {
  return { ...connector, secrets: [] };
}
