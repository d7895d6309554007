/** What the signature needs, and what PayPal's support asks for. */
const KEPT = [
  'content-type',
  'user-agent',
  'paypal-transmission-id',
  'paypal-transmission-time',
  'paypal-transmission-sig',
  'paypal-cert-url',
  'paypal-auth-algo',
  'paypal-auth-version',
  'correlation-id',
];

export function paypalKeptHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(KEPT.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));
}
