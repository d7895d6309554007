import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CallbackNote, callbackLine } from '#shared/platform/callback-line.ts';
import { METRIC_UNITS, type MetricName } from '#shared/platform/metrics.ts';
import { createPowertoolsObserver } from '#shared/platform/powertools-observer.ts';
import { repositoryFiles, root } from './repository.ts';

/** CloudWatch's embedded metric format. */
interface Embedded {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
  readonly [field: string]: unknown;
}

const NOTE: CallbackNote = {
  ...{ result: 'stored', status: 200, requestId: 'r', bodyBytes: 1, durationMs: 1, gateway: 'ixopay', oldSecret: true },
};
const NOTES: readonly CallbackNote[] = [
  NOTE,
  { ...NOTE, result: 'duplicate' },
  { ...NOTE, result: 'refused', reason: 'other_body' },
  { ...NOTE, result: 'unavailable' },
];

/** Every metric of ours that CloudWatch gets to see, as `<namespace> <name> {<dimensions with their values>}`. */
export function emittedMetrics(environment: string): ReadonlySet<string> {
  const lines = NOTES.map((note) => callbackLine(environment, new Date(0), note));
  return new Set([...lines, lineOf(environment, 'any', measuredNames())].flatMap(metricsOf));
}

/** The line that an invocation ends with which measured these. */
function lineOf(environment: string, functionName: string, names: readonly MetricName[]): string {
  const write = process.stdout.write;
  const written: string[] = [];
  process.stdout.write = (chunk: string | Uint8Array) => written.push(Buffer.from(chunk).toString()) > 0;
  try {
    const observer = createPowertoolsObserver(environment, functionName);
    for (const name of names) observer.measure(name, 0);
    observer.end();
  } finally {
    process.stdout.write = write;
  }
  return written.join('').trimEnd();
}

/** Names that the handlers behind the observer measure. */
function measuredNames(): readonly MetricName[] {
  const handlers = repositoryFiles().filter((path) => /^functions\/(?!receive\/).*\/create-handler[.]ts$/.test(path));
  const quoted = handlers.flatMap((path) =>
    [...readFileSync(join(root, path), 'utf8').matchAll(/'(\w+)'/g)].map(([, name = '']) => name),
  );
  return [...new Set(quoted)].filter(isMetric);
}

function isMetric(name: string): name is MetricName {
  return Object.hasOwn(METRIC_UNITS, name);
}

function metricsOf(line: string): readonly string[] {
  const embedded = JSON.parse(line) as Embedded;
  return embedded._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) => {
      const dimensions = names.map((name) => `${name}=${String(embedded[name])}`).join(', ');
      return Metrics.map(({ Name }) => `${Namespace} ${Name} {${dimensions}}`);
    }),
  );
}
