import { CHARGE_CASES } from './cases-charge.ts';
import { OTHER_CASES } from './cases-other.ts';

type Expected = Readonly<Record<string, unknown>> & { readonly type: string };

export interface SampleCase {
  readonly name: string;
  readonly about: string;
  readonly connector?: 'acme-amazon-pay' | 'acme-amazon-pay-auto';
  /** The name of the sample whose message is sent a second time. */
  readonly messageOf?: string;
  readonly type?: 'Notification' | 'SubscriptionConfirmation' | 'UnsubscribeConfirmation';
  /** SignatureVersion. @default 2 */
  readonly version?: '1' | '2';
  /** Ends the ARN of the subscription. */
  readonly id: string;
  readonly timestamp: string;
  readonly subject?: string;
  readonly token?: string;
  /** The inner JSON, or a text as it is. */
  readonly message: string | Readonly<Record<string, unknown>>;
  readonly expect: readonly Expected[];
  readonly answers?: readonly {
    readonly request: string;
    readonly status?: number;
    /** JSON, or XML as it is. */
    readonly body: string | Readonly<Record<string, unknown>>;
    readonly declared: Readonly<Record<string, string>>;
    readonly expect: readonly Expected[];
  }[];
}

export const CASES: readonly SampleCase[] = [...CHARGE_CASES, ...OTHER_CASES];
