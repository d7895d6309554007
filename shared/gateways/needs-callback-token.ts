/**
 * Whether callbacks come without a signature of the gateway's, so that the URL itself must be hard to guess: it ends in a
 * token (DESIGN.md "A gateway is one folder": secuconnect pushes hints only; Paylock where it is configured so).
 */
export function needsCallbackToken(gateway: string, settings: Readonly<Record<string, unknown>>): boolean {
  if (gateway === 'secuconnect') return true;
  return gateway === 'paylock' && settings['mode'] === 'fetch';
}
