import { createHash } from 'node:crypto';
import type { Gateway } from '#shared/gateways/gateway.ts';
import type { Connector, RegistryStore } from '#shared/registry/records.ts';
import type { Clock, InboxRow, InboxStore } from './ports.ts';

export interface ReportDeps {
  readonly registry: Pick<RegistryStore, 'connector'>;
  readonly inbox: Pick<InboxStore, 'put'>;
  readonly gateways: Readonly<Record<string, Pick<Gateway, 'front' | 'readReport'>>>;
  readonly clock: Clock;
}

/** A merchant passes on what the gateway answered synchronously (model.md 7). */
export interface Report {
  readonly connectorId: string;
  /** The gateway's answer, verbatim. */
  readonly result: unknown;
  /** What was asked for, where the answer does not say it. */
  readonly request?: unknown;
}

export type ReportOutcome =
  /** Durable; repeated, it is the same row. `subject`: `transaction/<gateway id>`. */
  | { readonly effect: 'stored'; readonly callbackId: string; readonly subject: string }
  /** The answer names no transaction: nothing to know it by, nothing stored. */
  | { readonly effect: 'none'; readonly why: string }
  | { readonly effect: 'unknown_connector' };

/** Stores a merchant's report as an inbox row of source `reported`: it is believed once the gateway has said the same. */
export async function report(deps: ReportDeps, statement: Report): Promise<ReportOutcome> {
  const connector = await deps.registry.connector(statement.connectorId);
  const gateway = connector === undefined ? undefined : deps.gateways[connector.gateway];
  if (connector === undefined || gateway === undefined) return { effect: 'unknown_connector' };
  const { result, request } = statement;
  const reading = gateway.readReport({ result, ...(request === undefined ? {} : { request }) });
  if (reading.effect === 'none') return reading;
  const row = rowOf(connector, gateway, reading.body, deps.clock.now());
  if ((await deps.inbox.put(row)) === 'other_body') {
    throw new Error(`report: ${row.callbackId} is taken by another body although its key covers the body`);
  }
  return { effect: 'stored', callbackId: row.callbackId, subject: `transaction/${reading.subjectId}` };
}

function rowOf(connector: Connector, gateway: Pick<Gateway, 'front'>, body: Uint8Array, now: Date): InboxRow {
  return {
    callbackId: `${connector.connectorId}:${gateway.front.inboxKey('reported', body, {})}`,
    connectorId: connector.connectorId,
    merchantId: connector.merchantId,
    gateway: connector.gateway,
    source: 'reported',
    mode: connector.testMode ? 'test' : 'live',
    receivedAt: now.toISOString(),
    method: 'POST',
    path: '/transactions',
    rawQuery: '',
    headers: {},
    declared: {},
    connectorVersion: connector.version,
    body,
    bodySha256: createHash('sha256').update(body).digest('hex'),
  };
}
