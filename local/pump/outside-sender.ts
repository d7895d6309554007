import type { SqsSender } from '#shared/delivery/sqs-sender.ts';
import type { QueueSender } from '#shared/pipeline/ports.ts';

/**
 * Longest that one batch to an outside queue may take. The relay's is short: everybody's events wait behind it, once an
 * outage. Redelivery, which nobody but parked events waits for, then tries with patience.
 */
const TIMEOUT_MS = { relay: 500, redelivery: 3_000 } as const;
const DEFAULT_REGION = 'us-east-1';

export interface OutsideSender extends QueueSender {
  close(): void;
}

/** The SDK is loaded with the first event for a queue outside: a start without any does not pay for it. */
export function createOutsideSender(
  step: keyof typeof TIMEOUT_MS,
  stop: AbortSignal,
  env: NodeJS.ProcessEnv,
): OutsideSender {
  let loading: Promise<SqsSender> | undefined;
  let loaded: SqsSender | undefined;

  async function load(): Promise<SqsSender> {
    const { createSqsSender } = await import('#shared/delivery/sqs-sender.ts');
    const region = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? DEFAULT_REGION;
    loaded = createSqsSender({ region, timeoutMs: TIMEOUT_MS[step], stop });
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
