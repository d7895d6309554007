import type { SqsSender } from '#shared/delivery/sqs-sender.ts';
import type { QueueSender } from '#shared/pipeline/ports.ts';

/** Longest that one batch to an outside queue may take: until it is known to hang, others wait behind it. */
const TIMEOUT_MS = 3_000;
const DEFAULT_REGION = 'us-east-1';

export interface OutsideSender extends QueueSender {
  close(): void;
}

/** The SDK is loaded with the first event for a queue outside: a start without any does not pay for it. */
export function createOutsideSender(stop: AbortSignal, env: NodeJS.ProcessEnv): OutsideSender {
  let loading: Promise<SqsSender> | undefined;
  let loaded: SqsSender | undefined;

  async function load(): Promise<SqsSender> {
    const { createSqsSender } = await import('#shared/delivery/sqs-sender.ts');
    const region = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? DEFAULT_REGION;
    loaded = createSqsSender({ region, timeoutMs: TIMEOUT_MS, stop });
    return loaded;
  }

  return {
    async send(queue, messages) {
      loading ??= load();
      return (await loading).send(queue, messages);
    },
    close: () => loaded?.close(),
  };
}
