import { isIPv4 } from 'node:net';

/** Which names a request may call us by (interfaces.md: DNS rebinding). */
export interface OwnNames {
  /** What the process was told to bind to. */
  readonly host: string;
  readonly publicUrl?: URL;
}

/** `undefined`: welcome. Otherwise one sentence on what was foreign and what to do. */
export type HostGuard = (headers: Readonly<Record<string, string>>) => string | undefined;

/**
 * Refuses any Host but loopback names, `--host` and the host of `--public-url`, and any Origin but our own: a web page
 * that a developer happens to open must not reach the ports of this machine.
 */
export function createHostGuard(names: OwnNames): HostGuard {
  const extra = extraHosts(names);
  return function guard(headers) {
    const host = headers['host'] ?? '';
    if (!isOwnHost(hostNameOf(host), extra)) {
      return `the Host ${shown(host)} is not ours; use a loopback name, the value of --host or the host of --public-url`;
    }
    const origin = headers['origin'];
    if (origin === undefined || isOwnOrigin(origin, host, names.publicUrl)) return undefined;
    return `the Origin ${shown(origin)} is foreign; this port is not for web pages of other sites`;
  };
}

/** The names beside the loopback ones, lower case, IPv6 addresses without brackets. */
export function extraHosts(names: OwnNames): readonly string[] {
  const hosts = [names.host, ...(names.publicUrl === undefined ? [] : [names.publicUrl.hostname])];
  return hosts.map((host) => withoutBrackets(host.toLowerCase()));
}

function isOwnHost(name: string, extra: readonly string[]): boolean {
  if (name === 'localhost' || name === '::1') return true;
  return (isIPv4(name) && name.startsWith('127.')) || (name !== '' && extra.includes(name));
}

/** Same origin as the Host that was just found ours, or the origin of the public URL (a proxy may rewrite Host). */
function isOwnOrigin(origin: string, host: string, publicUrl: URL | undefined): boolean {
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return false;
  return url.host === host.toLowerCase() || url.origin === publicUrl?.origin;
}

function hostNameOf(host: string): string {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(host.trim());
  return withoutBrackets((match?.[1] ?? '').toLowerCase()).replace(/\.$/, '');
}

function withoutBrackets(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}

function shown(value: string): string {
  return JSON.stringify(value.slice(0, 100));
}
