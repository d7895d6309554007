import type { LookupFunction } from 'node:net';

/** Names below `localhost` are this machine (RFC 6761, 6.3), which not every resolver knows; undefined for other names. */
export function loopbackLookup(hostname: string): LookupFunction | undefined {
  if (!hostname.endsWith('.localhost')) return undefined;
  return (_hostname, options, callback) => {
    if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
    else callback(null, '127.0.0.1', 4);
  };
}
