import { KmsTrouble, kmsTroubleOf } from './kms-trouble.ts';
import { withinTime } from './time-limit.ts';

/** The SDK has no limit of time over all its tries; its errors are named, and left behind: their details are not ours to show. */
export function asked<Answer>(
  action: string,
  limitMs: number,
  request: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const tooLate = () => new KmsTrouble('unavailable', action, `no answer within ${limitMs} ms`);
  return withinTime(limitMs, tooLate, async (signal) => {
    try {
      return await request(signal);
    } catch (error) {
      throw kmsTroubleOf(action, error instanceof Error ? error.name : '', statusOf(error));
    }
  });
}

function statusOf(error: unknown): number {
  const metadata = (error as { readonly $metadata?: { readonly httpStatusCode?: number } } | undefined)?.$metadata;
  return metadata?.httpStatusCode ?? 0;
}

/** KMS answered without what it was asked for. */
export function incomplete(action: string): KmsTrouble {
  return new KmsTrouble('refused', action, 'the answer holds no key');
}
