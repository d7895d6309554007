import { describe, expect, it } from 'vitest';
import { certificateOf } from './certificate-of.ts';
import { connector, delivered } from './connector.testing.ts';

const PATH = '/v1/notifications/certs/CERT-360caa42-fca2a594-a5cafa77';

function demandOf(url: string, settings: Readonly<Record<string, unknown>> = {}) {
  return certificateOf(delivered('{}', { headers: { 'paypal-cert-url': url } }), connector(settings));
}

describe('the URL of a certificate', () => {
  it.each([
    ['sandbox', 'https://api.sandbox.paypal.com', 'api.sandbox.paypal.com'],
    ['sandbox', 'https://api-m.sandbox.paypal.com', 'api-m.sandbox.paypal.com'],
    ['sandbox', 'https://api.sandbox.paypal.com:443', 'api.sandbox.paypal.com'],
    ['live', 'https://api.paypal.com', 'api.paypal.com'],
    ['live', 'https://api-m.paypal.com', 'api-m.paypal.com'],
  ])('%s: %s is PayPal’s', (environment, origin, host) => {
    expect(demandOf(`${origin}${PATH}`, { environment })).toEqual({ ok: true, host, path: PATH });
  });

  /** The nine of the wire facts, which both official SDKs take, and some more. */
  it.each([
    ['http', `http://api.sandbox.paypal.com${PATH}`],
    ['a host that ends like PayPal’s', `https://evil-api.sandbox.paypal.com.attacker.example${PATH}`],
    ['a host that begins like PayPal’s', `https://api.sandbox.paypal.com.attacker.example${PATH}`],
    ['a user before another host', `https://api.sandbox.paypal.com@attacker.example${PATH}`],
    ['a user', `https://user:pass@api.sandbox.paypal.com${PATH}`],
    ['another port', `https://api.sandbox.paypal.com:8443${PATH}`],
    ['a query', `https://api.sandbox.paypal.com${PATH}?redirect=https://attacker.example`],
    ['a fragment', `https://api.sandbox.paypal.com${PATH}#x`],
    ['another path', 'https://api.sandbox.paypal.com/v1/checkout/redirect?to=CERT-1'],
    ['a way up', `https://api.sandbox.paypal.com/v1/notifications/certs/../../oauth2/CERT-1`],
    ['the other environment', `https://api.paypal.com${PATH}`],
    ['another host of PayPal’s', `https://www.sandbox.paypal.com${PATH}`],
    ['a backslash', `https://api.sandbox.paypal.com\\@attacker.example${PATH}`],
    ['an encoded host', `https://api%2esandbox.paypal.com${PATH}`],
    ['capitals', `https://API.SANDBOX.PAYPAL.COM${PATH}`],
    ['no scheme', `//api.sandbox.paypal.com${PATH}`],
    ['a file', 'file:///etc/passwd'],
    ['a loopback address', `https://127.0.0.1${PATH}`],
    ['a long name', `https://api.sandbox.paypal.com/v1/notifications/certs/CERT-${'a'.repeat(300)}`],
    ['a line end', `https://api.sandbox.paypal.com${PATH}\n`],
  ])('%s is refused', (_, url) => {
    expect(demandOf(url)).toMatchObject({ ok: false, code: 'certificate_url_refused' });
  });

  it('a stand-in is asked in the place of PayPal, under its own name too, and no other', () => {
    const apiHost = '127.0.0.1:8443';
    const demand = { ok: true, host: apiHost, path: PATH };
    expect(demandOf(`https://127.0.0.1:8443${PATH}`, { apiHost })).toEqual(demand);
    expect(demandOf(`https://api.sandbox.paypal.com${PATH}`, { apiHost })).toEqual(demand);
    expect(demandOf(`https://127.0.0.1${PATH}`, { apiHost })).toMatchObject({ code: 'certificate_url_refused' });
    expect(demandOf(`https://127.0.0.1:9${PATH}`, { apiHost })).toMatchObject({ code: 'certificate_url_refused' });
    expect(demandOf(`https://pay.example${PATH}`, { apiHost: 'Pay.example' })).toMatchObject({ host: 'pay.example' });
  });
});
