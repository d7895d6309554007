import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { done, type Outcome, refused } from './outcome.ts';

const LOOPBACK_HOSTS = ['127.0.0.1', 'localhost', '[::1]'];
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/;
const CREDENTIAL = /^AWS4-HMAC-SHA256\s+Credential=([^/,\s]{1,128})\//;
const TARGET = /^AmazonSQS\.([A-Za-z]{1,64})$/;

/** Decides from a request's headers alone whether it may go on. */
export interface RequestGuard {
  /** Loopback names and the allowed hosts, any port; an Origin must be this very host (DNS rebinding, web pages). */
  checkHost(headers: IncomingHttpHeaders): Outcome<null>;
  /** The access key id of the Signature Version 4 header; any secret and region. */
  checkAccessKey(headers: IncomingHttpHeaders): Outcome<null>;
}

/** `allowedHosts` are names or addresses without a port; an IPv6 address with or without its brackets. */
export function createRequestGuard(accessKeyId: string, allowedHosts: readonly string[]): RequestGuard {
  const hosts = new Set([...LOOPBACK_HOSTS, ...allowedHosts].map(hostInHeader));
  const expected = digest(accessKeyId);
  return {
    checkHost: (headers) => {
      const host = headers.host?.toLowerCase() ?? '';
      const name = HOST.exec(host)?.[1];
      if (name === undefined || !hosts.has(name)) {
        return refused(
          'AccessDeniedException',
          `The Host ${host.slice(0, 100)} is not one of this queue endpoint. Use the endpoint's own address, such as 127.0.0.1.`,
        );
      }
      const { origin } = headers;
      return origin === undefined || origin.toLowerCase() === `http://${host}`
        ? done(null)
        : refused('AccessDeniedException', `Requests from the web page ${origin.slice(0, 100)} are not allowed.`);
    },
    checkAccessKey: (headers) => {
      if (headers.authorization === undefined) {
        return refused(
          'MissingAuthenticationToken',
          'The request is not signed. Configure the access key id of this endpoint and any secret key.',
        );
      }
      const given = CREDENTIAL.exec(headers.authorization)?.[1] ?? '';
      return timingSafeEqual(digest(given), expected)
        ? done(null)
        : refused(
            'InvalidClientTokenId',
            'The security token included in the request is invalid: use the access key id that this endpoint made, with any secret key and region.',
          );
    },
  };
}

/** The action named by X-Amz-Target. */
export function readTarget(headers: IncomingHttpHeaders): Outcome<string> {
  const target = String(headers['x-amz-target'] ?? '');
  const action = TARGET.exec(target)?.[1];
  return action === undefined
    ? refused(
        'UnknownOperationException',
        `X-Amz-Target must be AmazonSQS.<Action>, got '${target.slice(0, 100)}'. This endpoint speaks the AWS JSON protocol 1.0.`,
      )
    : done(action);
}

function hostInHeader(host: string): string {
  const isBareIpv6 = host.includes(':') && !host.startsWith('[');
  return (isBareIpv6 ? `[${host}]` : host).toLowerCase();
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
