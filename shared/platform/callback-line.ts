import type { RefusedSample } from '#shared/pipeline/ports.ts';
import type { TroubleView } from './describe-trouble.ts';
import { METRIC_NAMESPACE, METRIC_UNITS, type MetricName } from './metrics.ts';

export type CallbackResult = 'stored' | 'duplicate' | 'refused' | 'unavailable';

/** All that the log says of one callback: neither body nor headers, path, query or secrets. */
export interface CallbackNote {
  readonly result: CallbackResult;
  readonly status: number;
  readonly requestId: string;
  readonly bodyBytes: number;
  readonly durationMs: number;
  /** Of a registered connector only: what an unknown sender puts into a path is not repeated. */
  readonly connectorId?: string;
  readonly gateway?: string;
  readonly callbackId?: string;
  readonly reason?: RefusedSample['code'];
  /** True: it was signed with a secret that a newer one has replaced. */
  readonly oldSecret?: true;
  readonly trouble?: TroubleView;
}

interface MetricGroup {
  readonly dimensions: readonly (readonly string[])[];
  readonly names: readonly MetricName[];
}

/**
 * The one line of a callback: log and metrics (CloudWatch embedded metric format) in one JSON object, because a line is
 * paid for by its bytes and parsed once.
 */
export function callbackLine(environment: string, now: Date, note: CallbackNote): string {
  const groups = groupsOf(note).filter(({ names }) => names.length > 0);
  return JSON.stringify({
    _aws: {
      Timestamp: now.getTime(),
      CloudWatchMetrics: groups.map(({ dimensions, names }) => ({
        Namespace: METRIC_NAMESPACE,
        Dimensions: dimensions,
        Metrics: names.map((Name) => ({ Name, Unit: METRIC_UNITS[Name] })),
      })),
    },
    level: note.result === 'unavailable' ? 'ERROR' : note.result === 'refused' ? 'WARN' : 'INFO',
    message: 'callback',
    environment,
    ...note,
    ...Object.fromEntries(groups.flatMap(({ names }) => names.map((name) => [name, 1]))),
  });
}

const ALL = ['environment'];

function groupsOf({ result, gateway, oldSecret, reason }: CallbackNote): readonly MetricGroup[] {
  const oldSecretUsed: readonly MetricName[] = oldSecret ? ['OldSecretUsed'] : [];
  if (result === 'unavailable') {
    // A connector that lacks something is alarmed as 503s are, and counted by its reason as refusals are.
    const refused = { dimensions: [['environment', 'reason']], names: ['CallbacksRefused' as const] };
    return [{ dimensions: [ALL], names: ['CallbacksUnavailable'] }, ...(reason === undefined ? [] : [refused])];
  }
  if (result === 'refused') {
    return [{ dimensions: [ALL, ['environment', 'reason']], names: ['CallbacksRefused'] }];
  }
  // Repeats are received too: a gateway that repeats is not quiet.
  return [
    {
      dimensions: gateway === undefined ? [ALL] : [ALL, ['environment', 'gateway']],
      names: ['CallbacksReceived'],
    },
    {
      dimensions: [ALL],
      names: [...(result === 'duplicate' ? (['CallbacksDuplicate'] as const) : []), ...oldSecretUsed],
    },
  ];
}
