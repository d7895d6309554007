import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type {
  OutboundClient,
  OutboundRequest,
  OutboundResult,
  OutboundTroubleCode,
} from '#shared/gateways/outbound.ts';
import { type Address, type Exchange, type ExchangeLimits, exchange, type Target } from './exchange.ts';
import { type OutboundHost, readHost } from './outbound-host.ts';
import { isLoopbackAddress, isPublicAddress } from './public-address.ts';
import { type RetryLimits, retryPauseMs } from './retry-policy.ts';

export interface OutboundLimits extends ExchangeLimits, RetryLimits {
  /** All attempts and the pauses between them. */
  readonly totalMs: number;
}

/** HTTP API gives up on our own answer after 30 s; a rotation asks twice and waits in between. */
export const OUTBOUND_LIMITS: OutboundLimits = {
  connectMs: 3_000,
  attemptMs: 8_000,
  totalMs: 10_000,
  answerBytes: 256 * 1_024,
  attempts: 3,
  firstPauseMs: 250,
  maxPauseMs: 2_000,
};

export interface HttpClientDeps {
  readonly version: string;
  /** [0, 1), for the jitter. */
  readonly random: () => number;
  readonly now: () => Date;
  /**
   * For tests on one machine: this protocol is spoken to hosts that are on loopback, which are refused otherwise. Every
   * other host is spoken to by TLS, but for requests that ask for `plain`.
   */
  readonly loopback?: 'http' | 'https';
  /** `host:port` on loopback that are spoken to by plain HTTP, and no others: the demo's stand-in. */
  readonly loopbackHosts?: readonly string[];
  /** Gives all addresses of a name; the system's resolver if left out. */
  readonly resolve?: (hostname: string) => Promise<readonly { readonly address: string }[]>;
  /** PEM; certificate authorities beside those of Node. */
  readonly trust?: readonly string[];
  readonly limits?: OutboundLimits;
  /** Aborted: the program stops, and so do requests. */
  readonly signal?: AbortSignal;
}

/**
 * The one way out to gateways' APIs: TLS to public addresses only, the address that was checked is the one connected to,
 * bounded in time, tries and bytes, no redirects, and no secret in what comes back on trouble. A bare GET that asks for
 * `plain` goes by http, to port 80 of a public address.
 */
export function createHttpClient(deps: HttpClientDeps): OutboundClient {
  const limits = deps.limits ?? OUTBOUND_LIMITS;

  async function attempt(request: OutboundRequest, leftMs: number): Promise<Exchange> {
    const host = readHost(request.host);
    if (host === undefined) {
      return trouble('host_invalid', 'is no host: give a host name, such as gateway.example.com, or host:port');
    }
    if (request.plain === true && !isBare(request, host)) {
      return trouble('request_invalid', 'was not made: without TLS only a bare GET goes out');
    }
    const startedMs = performance.now();
    const bounded = { connectMs: Math.min(limits.connectMs, leftMs), attemptMs: Math.min(limits.attemptMs, leftMs) };
    const target = await findTarget(deps, host, bounded.connectMs, request.plain === true);
    if ('ok' in target) return target;
    const spentMs = performance.now() - startedMs;
    return exchange(
      target,
      request,
      {
        ...limits,
        connectMs: Math.max(1, bounded.connectMs - spentMs),
        attemptMs: Math.max(1, bounded.attemptMs - spentMs),
      },
      {
        userAgent: `Postrider/${deps.version.replace(/[^\w.+-]/g, '-')}`,
        trust: deps.trust ?? [],
        signal: deps.signal,
      },
    );
  }

  return {
    async send(request) {
      const deadlineMs = performance.now() + limits.totalMs;
      let sent = false;
      for (let attempts = 1; ; attempts++) {
        const outcome = await attempt(request, deadlineMs - performance.now());
        // What an earlier attempt may have done, it has done.
        sent ||= outcome.ok || outcome.sent;
        const result = resultOf(request, outcome, attempts, sent);
        const pauseMs = retryPauseMs(limits, request, result, { random: deps.random, now: deps.now() });
        if (pauseMs === undefined || performance.now() + pauseMs >= deadlineMs) return result;
        if (!(await waited(pauseMs, deps.signal))) return result;
      }
    },
  };
}

function resultOf(request: OutboundRequest, outcome: Exchange, attempts: number, sent: boolean): OutboundResult {
  if (outcome.ok) return { ...outcome, attempts };
  const times = attempts === 1 ? '' : ` (tried ${attempts} times)`;
  const detail = `${request.method} ${JSON.stringify(request.host.slice(0, 300))} ${outcome.why}${times}.`;
  return { ok: false, code: outcome.code, detail, sent, attempts };
}

async function waited(pauseMs: number, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await pause(pauseMs, undefined, signal === undefined ? {} : { signal });
    return true;
  } catch {
    return false;
  }
}

function trouble(code: OutboundTroubleCode, why: string): Exchange {
  return { ok: false, code, why, sent: false };
}

/** Nothing in it that somebody on the way could use, and nobody reached but a web server. */
function isBare({ method, path, headers, body }: OutboundRequest, { port }: OutboundHost): boolean {
  return (
    method === 'GET' &&
    body === undefined &&
    port === undefined &&
    Object.keys(headers).length === 0 &&
    !path.includes('?')
  );
}

async function findTarget(
  deps: HttpClientDeps,
  host: OutboundHost,
  connectMs: number,
  plain: boolean,
): Promise<Target | Exchange> {
  const found = await addressesOf(deps, host.hostname, connectMs);
  if (!Array.isArray(found)) return found;
  const addresses: readonly Address[] = found;
  if (addresses.length === 0) return trouble('host_unknown', 'has no address');
  const onLoopback = addresses.every(({ address }) => isLoopbackAddress(address));
  const isStandIn = onLoopback && deps.loopbackHosts?.includes(`${host.hostname}:${host.port}`) === true;
  const allowed = onLoopback
    ? isStandIn || deps.loopback !== undefined
    : addresses.every(({ address }) => isPublicAddress(address));
  if (!allowed) {
    // Which address stays unsaid: a resolver's answers about the inside of a network are nobody's business.
    return trouble('address_refused', 'leads to an address that is not on the public internet, and is not called');
  }
  const byHttp = onLoopback ? isStandIn || deps.loopback === 'http' : plain;
  const protocol = byHttp ? 'http:' : 'https:';
  const port = host.port ?? (protocol === 'http:' ? 80 : 443);
  return { protocol, hostname: host.hostname, port, addresses };
}

async function addressesOf(deps: HttpClientDeps, hostname: string, connectMs: number): Promise<Address[] | Exchange> {
  const literal = familyOf(hostname);
  if (literal !== undefined) return [{ address: hostname, family: literal }];
  const late = Promise.withResolvers<'late'>();
  const timer = setTimeout(late.resolve, connectMs, 'late');
  try {
    const found = await Promise.race([(deps.resolve ?? resolveBySystem)(hostname), late.promise]);
    if (found === 'late') return trouble('connect_timeout', `has no address within ${Math.round(connectMs)} ms`);
    return found.map(({ address }) => ({ address, family: familyOf(address) ?? 4 }));
  } catch {
    return trouble('host_unknown', 'cannot be found: check its name and the resolver of this machine');
  } finally {
    clearTimeout(timer);
  }
}

function resolveBySystem(hostname: string) {
  return lookup(hostname, { all: true, order: 'verbatim' });
}

function familyOf(address: string): 4 | 6 | undefined {
  const family = isIP(address);
  return family === 4 || family === 6 ? family : undefined;
}
