/** One request to a gateway's API. The client adds Host, Content-Length and User-Agent. */
export interface OutboundRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH';
  /** `host` or `host:port`: the gateway's fixed host, or the one that a setting of the connector puts in its place. */
  readonly host: string;
  /** Begins with "/"; percent-encoded, query included. */
  readonly path: string;
  /** Lower-case names. Values may be secrets: they come back in no answer, error or log. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** True: doing it twice is the same as doing it once. Only then is it tried again. */
  readonly idempotent: boolean;
  /**
   * By http to port 80: nobody is authenticated and everybody may read along, so only for public data that proves itself,
   * such as certificates. GET without headers, body, query or port; anything else is refused as `request_invalid`.
   */
  readonly plain?: true;
}

export const OUTBOUND_TROUBLES = [
  /** The host is no `host` or `host:port`. */
  'host_invalid',
  /** A header or the path holds characters that HTTP forbids, or a plain request is more than a bare GET. */
  'request_invalid',
  'host_unknown',
  /** The name leads to an address inside a private or special network. */
  'address_refused',
  'connect_failed',
  'connect_timeout',
  'tls_failed',
  'timeout',
  'connection_lost',
  'redirected',
  'answer_too_large',
  'answer_malformed',
  'stopping',
] as const;
export type OutboundTroubleCode = (typeof OUTBOUND_TROUBLES)[number];

export interface OutboundAnswer {
  readonly ok: true;
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** How often the request was made. */
  readonly attempts: number;
}

export interface OutboundTrouble {
  readonly ok: false;
  readonly code: OutboundTroubleCode;
  /** What went wrong, where, and what to do. Holds nothing of the request but method and host. */
  readonly detail: string;
  /** False: the request certainly never reached the gateway. True: it may have acted on it. */
  readonly sent: boolean;
  readonly attempts: number;
}

export type OutboundResult = OutboundAnswer | OutboundTrouble;

/** Calls gateways' APIs. Never rejects: whatever happens on the way is a value. */
export interface OutboundClient {
  send(request: OutboundRequest): Promise<OutboundResult>;
}
