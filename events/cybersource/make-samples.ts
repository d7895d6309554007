// `node events/cybersource/make-samples.ts`: writes `request.http` of every sample from notifications.json, signed with the keys
// of connectors.json. Keys are made for tests and belong to nobody. What is encrypted gets other bytes each time.
import { constants, createCipheriv, createHmac, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

interface Recipe {
  readonly connector: string;
  /** Which of the connector's keys signs. @default 0 */
  readonly key?: number;
  /** ISO time of signing. */
  readonly at: string;
  readonly signs: 'body' | 'payload' | 'payload-compact' | 'decrypted';
  /** What is encrypted, and where it then stands. */
  readonly encrypts?: 'payload' | 'encData' | 'whole';
  /** How many blanks JSON is indented with. */
  readonly indent?: number;
  /** How the header is written. @default as in the guide */
  readonly header?: 'quoted';
  readonly envelope: Readonly<Record<string, unknown>>;
}

interface Connector {
  readonly secrets: {
    readonly webhookKeys: readonly { readonly keyId: string; readonly key: string }[];
    readonly mlePrivateKey?: string;
  };
}

const here = (path: string) => new URL(path, import.meta.url);
const read = (path: string): unknown => JSON.parse(readFileSync(here(path), 'utf8'));
const connectors = read('./connectors.json') as Readonly<Record<string, Connector | undefined>>;

for (const [folder, recipe] of Object.entries(read('./notifications.json') as Record<string, Recipe>)) {
  const connector = connectors[recipe.connector];
  const key = connector?.secrets.webhookKeys[recipe.key ?? 0];
  if (connector === undefined || key === undefined) throw new Error(`${folder}: no connector, or no key`);
  const { body, signed } = write(recipe, connector);
  const t = Date.parse(recipe.at);
  const sig = createHmac('sha256', Buffer.from(key.key, 'base64')).update(`${t}.${signed}`).digest('base64');
  const plain = `t=${t};keyId=${key.keyId};sig=${sig}`;
  const { envelope } = recipe;
  const head = [
    `POST /callbacks/${recipe.connector} HTTP/1.1`,
    'Host: callbacks.example.com',
    'User-Agent: Vert.x-WebClient/4.4.4',
    'Content-Type: application/json',
    ...(typeof envelope['eventType'] === 'string' ? [`v-c-event-type: ${envelope['eventType']}`] : []),
    `v-c-organization-id: ${envelope['organizationId']}`,
    `v-c-request-type: ${envelope['requestType'] ?? 'NEW'}`,
    `v-c-retry-count: ${envelope['retryNumber'] ?? 0}`,
    `v-c-signature: ${recipe.header === 'quoted' ? `"sig=${sig};t=${t}; keyId=${key.keyId};"` : plain}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  mkdirSync(here(`./${folder}`), { recursive: true });
  writeFileSync(here(`./${folder}/request.http`), `${head.join('\r\n')}\r\n\r\n${body}`);
}

function write({ envelope, encrypts, signs, indent }: Recipe, { secrets }: Connector) {
  const whole = JSON.stringify(envelope, undefined, indent);
  const payload = JSON.stringify(envelope['payload'], undefined, indent);
  const pem = secrets.mlePrivateKey ?? '';
  if (encrypts === 'whole') return signedOf(signs, encrypt(whole, pem), whole);
  if (encrypts === 'encData') return signedOf(signs, JSON.stringify({ encData: encrypt(whole, pem) }), whole);
  if (encrypts === 'payload') {
    return signedOf(signs, JSON.stringify({ ...envelope, payload: encrypt(payload, pem) }), payload);
  }
  // Inside the envelope each line of the payload stands one level deeper.
  const exact = payload.replaceAll('\n', `\n${' '.repeat(indent ?? 0)}`);
  if (signs === 'payload') return { body: whole, signed: exact };
  return { body: whole, signed: signs === 'body' ? whole : JSON.stringify(envelope['payload']) };
}

function signedOf(signs: Recipe['signs'], body: string, plain: string) {
  return { body, signed: signs === 'decrypted' ? plain : body };
}

/** JWE compact as message-level encryption makes it: RSA-OAEP-256 and A256GCM. */
function encrypt(plain: string, privateKey: string): string {
  const header = { alg: 'RSA-OAEP-256', enc: 'A256GCM', iat: 1_768_469_400, kid: 'made-for-the-samples' };
  const aad = Buffer.from(JSON.stringify(header)).toString('base64url');
  const [contentKey, iv] = [randomBytes(32), randomBytes(12)];
  const cipher = createCipheriv('aes-256-gcm', contentKey, iv).setAAD(Buffer.from(aad));
  const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const sealed = publicEncrypt({ key: createPublicKey(privateKey), padding, oaepHash: 'sha256' }, contentKey);
  return [aad, ...[sealed, iv, text, cipher.getAuthTag()].map((part) => part.toString('base64url'))].join('.');
}
