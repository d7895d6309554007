import { constants, createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import type { PayRegion } from './hosts.ts';

const ALGORITHM = 'AMZN-PAY-RSASSA-PSS-V2';
/** Of version 2; the first version has 20. */
const SALT_BYTES = 32;

export interface PayRequest {
  readonly method: 'GET' | 'POST';
  readonly host: string;
  /** Begins with "/"; no query. */
  readonly path: string;
  readonly region: PayRegion;
  readonly publicKeyId: string;
  readonly privateKey: KeyObject;
  readonly now: Date;
}

/**
 * The headers of a request without query and body, its signature among them (Amazon Pay API v2, "Signing requests";
 * amazon-pay-api-sdk-nodejs clientHelper.js). The SDK signs its User-Agent too, the manual's example does not: ours is
 * added on the way out.
 */
export function signedHeaders(request: PayRequest): Record<string, string> {
  const headers: Record<string, string> = {
    accept: 'application/json',
    'content-type': 'application/json',
    'x-amz-pay-date': `${request.now.toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length)}Z`,
    'x-amz-pay-host': request.host,
    'x-amz-pay-region': request.region,
  };
  const signature = sign('sha256', Buffer.from(stringToSign(request, headers)), {
    key: request.privateKey,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: SALT_BYTES,
  }).toString('base64');
  const names = Object.keys(headers).join(';');
  const authorization = `${ALGORITHM} PublicKeyId=${request.publicKeyId}, SignedHeaders=${names}, Signature=${signature}`;
  return { ...headers, authorization };
}

/** `headers`: in the order of their names. */
export function stringToSign(
  { method, path }: Pick<PayRequest, 'method' | 'path'>,
  headers: Readonly<Record<string, string>>,
): string {
  const canonical = [
    method,
    path,
    '',
    ...Object.entries(headers).map(([name, value]) => `${name}:${value}`),
    '',
    Object.keys(headers).join(';'),
    sha256(''),
  ].join('\n');
  return `${ALGORITHM}\n${sha256(canonical)}`;
}

/** Undefined: what the operator gave is no RSA key. */
export function readPrivateKey(pem: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === 'rsa' ? key : undefined;
  } catch {
    return undefined;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
