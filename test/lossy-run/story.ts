import type { RawCallback } from '#shared/gateways/gateway.ts';

/** What a transaction must show in the end; totals in minor units, what is left out is not looked at. */
export interface Expected {
  readonly kind: string;
  readonly status: 'FINISHED' | 'ERROR' | 'PENDING';
  readonly amount?: string;
  readonly captured?: number;
  readonly refunded?: number;
  readonly voided?: number;
  readonly chargedBack?: number;
  readonly unresolved?: true;
}

export interface Step {
  readonly callback: RawCallback;
  /** The transaction that it is about. */
  readonly about: string;
}

/** One sale and what became of it: callbacks that may be lost, what the API knows, and the end by hand. */
export interface Story {
  readonly name: string;
  readonly connectorId: string;
  readonly steps: readonly Step[];
  /** `GET /path` or `POST /path`, without query: what the gateway's API answers at the end of the story. */
  readonly api: Readonly<Record<string, unknown>>;
  /** True: the gateway lists what changed, so that nothing of it stays unknown. */
  readonly listed?: readonly unknown[];
  /** The merchant passed on what the gateway answered to its own request. */
  readonly reported?: unknown;
  /**
   * The states that must be known, by transaction id, given which transactions were heard of (a callback came, it was
   * reported, or the gateway lists it) and which steps arrived. Written by hand.
   */
  readonly ends: (heard: ReadonlySet<string>, arrived: ReadonlySet<number>) => Readonly<Record<string, Expected>>;
}

export interface GatewayScripts {
  readonly gateway: string;
  readonly connectorId: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, unknown>>;
  /** Ends the callback URL of gateways that do not sign. */
  readonly token?: string;
  /** PEM by `host/path`. */
  readonly certificates?: Readonly<Record<string, string>>;
  /** `GET /path` or `POST /path` of a list: answers all stories' `listed` in the gateway's own form. */
  readonly lists?: Readonly<Record<string, (listed: readonly unknown[]) => unknown>>;
  /** Answers that belong to no story: access tokens. */
  readonly api?: Readonly<Record<string, unknown>>;
  /** The story number n of the gateway; stories differ by n in kind and ids. */
  story(n: number): Story;
}

/** `10.00` of minor units. */
export function decimal(minor: number): string {
  return (minor / 100).toFixed(2);
}

/** Members whose value is undefined are left out. */
export function only<T>(condition: boolean, members: T): T | Record<string, never> {
  return condition ? members : {};
}

/** Times of a story, ISO in UTC, so many minutes after its beginning. */
export function minute(n: number, minutes: number): string {
  return new Date(Date.parse('2026-03-01T08:00:00.000Z') + (n * 7 + minutes) * 60_000).toISOString();
}
