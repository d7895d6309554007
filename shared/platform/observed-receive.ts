import type { HttpAnswer, RawCallback, RemoteTools } from '#shared/gateways/gateway.ts';
import type { InboxRow, RefusedSample } from '#shared/pipeline/ports.ts';
import { type ReceiveDeps, receive } from '#shared/pipeline/receive.ts';
import type { Connector } from '#shared/registry/records.ts';
import type { CallbackNote } from './callback-line.ts';
import { describeTrouble } from './describe-trouble.ts';
import { startTimeLimit, type TimeLimit } from './time-limit.ts';

export interface ObservedReceiveDeps extends Omit<ReceiveDeps, 'trouble'> {
  /** Registry, keys and inbox together: beyond it the callback is answered with 503, whatever hangs. */
  readonly limitMs: number;
}

export interface ObservedAnswer {
  readonly answer: HttpAnswer;
  readonly note: Omit<CallbackNote, 'requestId'>;
}

/** What the use case touched on its way. */
interface Seen {
  connector?: Connector;
  row?: InboxRow;
  stored?: 'stored' | 'duplicate' | 'other_body';
  refused?: RefusedSample;
  trouble?: unknown;
}

/** Takes a callback in within a time limit, and says what became of it. Never rejects. */
export async function receiveObserved(deps: ObservedReceiveDeps, request: RawCallback): Promise<ObservedAnswer> {
  const startedMs = deps.clock.now().getTime();
  const seen: Seen = {};
  const limit = startTimeLimit(deps.limitMs);
  const { connectors, secrets, inbox, refused, remote } = deps;
  const answer = await receive(
    {
      ...deps,
      connectors: {
        find: (id) => limit.hold(connectors.find(id)),
        findAgain: (id) => limit.hold(connectors.findAgain(id)),
        forget: connectors.forget,
      },
      secrets(connector) {
        seen.connector = connector;
        return limit.hold(secrets(connector));
      },
      inbox: {
        async put(row) {
          seen.row = row;
          seen.stored = await limit.hold(inbox.put(row));
          return seen.stored;
        },
      },
      refused: {
        record(sample, request) {
          seen.refused = sample;
          refused.record(sample, request);
        },
      },
      ...(remote && { remote: () => limit.hold(limitedTools(remote, limit)) }),
      trouble(error) {
        seen.trouble = error;
      },
    },
    request,
  );
  limit.end();
  const durationMs = deps.clock.now().getTime() - startedMs;
  return { answer, note: { ...noteOf(answer, seen), bodyBytes: request.body.byteLength, durationMs } };
}

/** What is fetched too late is there for the next try. */
async function limitedTools(remote: () => Promise<RemoteTools>, limit: TimeLimit): Promise<RemoteTools> {
  const { http, certificates, now } = await remote();
  return {
    http: { send: (request) => limit.hold(http.send(request)) },
    certificates: { get: (demand) => limit.hold(certificates.get(demand)) },
    now,
  };
}

function noteOf(answer: HttpAnswer, seen: Seen): Omit<CallbackNote, 'requestId' | 'bodyBytes' | 'durationMs'> {
  const { connector, row, refused } = seen;
  // Where a member's secret matched, the row is the member's.
  const connectorId = row?.connectorId ?? refused?.connectorId ?? connector?.connectorId;
  return {
    result: resultOf(answer, seen),
    status: answer.status,
    ...(connectorId === undefined ? {} : { connectorId }),
    ...(connector === undefined ? {} : { gateway: connector.gateway }),
    ...(row === undefined ? {} : { callbackId: row.callbackId }),
    ...(refused === undefined ? {} : { reason: refused.code }),
    ...(row?.verdict?.previousSecret === true ? { oldSecret: true } : {}),
    ...('trouble' in seen ? { trouble: describeTrouble(seen.trouble) } : {}),
  };
}

function resultOf({ status }: HttpAnswer, { refused, stored }: Seen): CallbackNote['result'] {
  if (status === 503) return 'unavailable';
  if (refused !== undefined) return 'refused';
  return stored === 'duplicate' ? 'duplicate' : 'stored';
}
