/** Where a callback carries its signature decides how it was signed (wire 1.1, 1.2). */
export type SignatureForm = 'json' | 'xml';

export type SignatureHeader =
  | {
      readonly ok: true;
      readonly form: SignatureForm;
      /** `IxoPay` is the deprecated service name of the XML form; JSON has none. */
      readonly service: 'none' | 'Gateway' | 'IxoPay';
      readonly signature: Buffer;
    }
  | { readonly ok: false; readonly code: 'signature_missing' | 'signature_malformed'; readonly detail: string };

/** A SHA-512 MAC in canonical base64: 64 bytes, 88 characters; the last digit carries two bits, so only A, Q, g, w end it. */
const CANONICAL_BASE64 = /^[A-Za-z0-9+/]{85}[AQgw]==$/;
/** `Gateway <apiKey>:<base64>`; PHP compares the scheme word case-sensitively (wire 1.7). */
const GATEWAY_SCHEME = /^(Gateway|IxoPay) (.*)$/s;

/**
 * Finds the signature. `X-Signature` first: a connector can send HTTP Basic in `Authorization` beside it, and Basic is
 * never a signature (wire 1.2). The API key in the header is not compared: connectors can override it.
 */
export function readSignatureHeader(headers: Readonly<Record<string, string>>): SignatureHeader {
  const bare = headers['x-signature'];
  if (bare !== undefined) return decoded('json', 'none', bare, 'X-Signature');
  for (const name of ['authorization', 'x-authorization']) {
    const match = gatewayScheme(headers[name]);
    if (match)
      return decoded('xml', match.service, match.text, name === 'authorization' ? 'Authorization' : 'X-Authorization');
  }
  return {
    ok: false,
    code: 'signature_missing',
    detail:
      'There is neither X-Signature (JSON) nor an Authorization or X-Authorization header with the scheme Gateway or IxoPay (XML).',
  };
}

function gatewayScheme(value: string | undefined): { service: 'Gateway' | 'IxoPay'; text: string } | undefined {
  // A repeated header (Basic and Gateway) arrives joined with ", "; base64 has no comma.
  for (const part of value?.split(', ') ?? []) {
    const [, service, credentials = ''] = GATEWAY_SCHEME.exec(part) ?? [];
    if (service === undefined) continue;
    // base64 has no colon, so the last one ends the API key; without one there is no signature.
    const text = credentials.includes(':') ? credentials.slice(credentials.lastIndexOf(':') + 1) : '';
    return { service: service === 'IxoPay' ? 'IxoPay' : 'Gateway', text };
  }
  return undefined;
}

function decoded(
  form: SignatureForm,
  service: 'none' | 'Gateway' | 'IxoPay',
  text: string,
  header: string,
): SignatureHeader {
  if (!CANONICAL_BASE64.test(text)) {
    return {
      ok: false,
      code: 'signature_malformed',
      detail: `The signature in ${header} has ${text.length} characters or is not canonical; it must be 88 characters of standard base64 ending in "==", with no prefix and no spaces.`,
    };
  }
  return { ok: true, form, service, signature: Buffer.from(text, 'base64') };
}
