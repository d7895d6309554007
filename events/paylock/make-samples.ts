// `node events/paylock/make-samples.ts` writes request.http (and the API's answers) of each sample beside it, with the keys of
// connectors.json, which were made for the samples. What must come out stands in each sample.json and is written by hand.
// Signs by itself: nothing of the adapter is used here.
import { createHash, createHmac } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const connectors = JSON.parse(readFileSync(`${FOLDER}connectors.json`, 'utf8')) as Record<
  string,
  { readonly secrets: { readonly keys?: readonly string[] }; readonly token?: string }
>;

type Headers = Readonly<Record<string, string>>;
type Body = string | Uint8Array;

function keyOf(connector: string, index = 0): string {
  const key = connectors[connector]?.secrets.keys?.[index];
  if (key === undefined) throw new Error(`connectors.json has no key ${index} of ${connector}`);
  return key;
}

function hmac(algorithm: string, key: string | Buffer, ...parts: readonly Body[]): Buffer {
  const mac = createHmac(algorithm, key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}

function request(name: string, path: string, headers: Headers, body: Body): void {
  const bytes = Buffer.from(body);
  const lines = [
    `POST ${path} HTTP/1.1`,
    'Host: pay.acme.example',
    ...Object.entries(headers).map(([header, value]) => `${header}: ${value}`),
    `Content-Length: ${bytes.byteLength}`,
  ];
  mkdirSync(`${FOLDER}${name}`, { recursive: true });
  writeFileSync(`${FOLDER}${name}/request.http`, Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), bytes]));
}

/** JSON; `sha256=` hex over time in seconds, a dot and the body. */
function json(name: string, seconds: number, body: Body, header?: (good: string, old: string) => string): void {
  const signed = (index: number) => hmac('sha256', keyOf('acme-paylock', index), `${seconds}.`, body).toString('hex');
  const headers = {
    'Content-Type': 'application/json; charset=utf-8',
    'X-Paylock-Timestamp': String(seconds),
    'X-Paylock-Signature': header?.(signed(0), signed(1)) ?? `sha256=${signed(0)}`,
  };
  request(name, '/callbacks/acme-paylock', headers, body);
}

/** XML; base64 of SHA-512 over method, path, date and the body's digest, the key in base64. */
function xml(name: string, date: string, body: string): void {
  const path = '/callbacks/acme-paylock-xml';
  const digest = createHash('sha256').update(body).digest('hex');
  const key = Buffer.from(keyOf('acme-paylock-xml'), 'base64');
  const signature = hmac('sha512', key, ['POST', path, date, digest].join('\n')).toString('base64');
  request(name, path, { 'Content-Type': 'text/xml', Date: date, Authorization: `HMAC ${signature}` }, body);
}

/** Form fields; base64url over milliseconds and body. */
function form(name: string, ms: number, body: Body): void {
  const signature = hmac('sha256', keyOf('acme-paylock-form'), String(ms), body).toString('base64url');
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded', 'X-Timestamp': String(ms) };
  request(name, '/callbacks/acme-paylock-form', { ...headers, 'X-Signature': signature }, body);
}

/** JSV; hex over delivery id, ISO time and body, the key in hex. */
function jsv(name: string, id: string, time: string, body: string): void {
  const key = Buffer.from(keyOf('acme-paylock-jsv'), 'hex');
  const signature = hmac('sha256', key, `${id}\n${time}\n`, body).toString('hex');
  const headers = { 'Content-Type': 'text/jsv', 'X-Delivery-Id': id, 'X-Time': time, 'X-Signature': signature };
  request(name, '/callbacks/acme-paylock-jsv', headers, body);
}

const PENDING = `{
  "eventId": "7f1c2d3e-0001-4a5b-8c9d-000000000001", "sequence": 1, "merchantId": "acme-parking", "type": "payment",
  "payment": {
    "id": "5E0A9C1B-2F3D-4E5F-8A9B-0C1D2E3F4A5B", "state": "Created", "amount": 40.00, "convenienceFee": 3.50,
    "totalPaymentAmount": 43.50, "reference": "NOTICE-2001", "paymentType": "CreditCard",
    "updatedAt": "2026-05-04T10:00:00.120Z"
  }
}`;
const PAID = PENDING.replace('000000000001"', '000000000002"')
  .replace('"sequence": 1', '"sequence": 2')
  .replace('"Created"', '"Paid"')
  .replace('10:00:00.120Z', '10:00:31.4070000Z');
const REFUND = `{"eventId":"7f1c2d3e-0001-4a5b-8c9d-000000000003","sequence":3,"merchantId":"acme-parking","type":"payment.refund","payment":{"id":"0b7c51de4a9f4a0f9b6d2c3e4f5a6b7c","originalId":"5e0a9c1b2f3d4e5f8a9b0c1d2e3f4a5b","state":"Paid","amount":15.00,"reference":"NOTICE-2001","updatedAt":"2026-05-05T08:30:00+02:00"}}`;
const CHARGEBACK = `{"eventId":"7f1c2d3e-0001-4a5b-8c9d-000000000004","sequence":4,"merchantId":"acme-parking","type":"payment.chargeback","payment":{"id":"5e0a9c1b2f3d4e5f8a9b0c1d2e3f4a5b","originalId":"5e0a9c1b2f3d4e5f8a9b0c1d2e3f4a5b","state":"Paid","amount":25.00,"updatedAt":"\\/Date(1780300800000-0000)\\/"}}`;
const REVERSED = CHARGEBACK.replace('000000000004"', '000000000005"')
  .replace('payment.chargeback"', 'payment.chargeback.reversed"')
  .replace('1780300800000', '1780819200000');
const DECLINED = `{"eventId":"7f1c2d3e-0001-4a5b-8c9d-000000000006","sequence":1,"merchantId":"acme-parking","type":"payment","payment":{"id":"d1d2d3d4d5d6d7d8d9dadbdcdddedfe0","state":"Declined","amount":12,"reference":"NOTICE-2002","paymentType":"ElectronicCheck","updatedAt":"2026-05-04T11:00:00Z"}}`;
const UNKNOWN = DECLINED.replace('000000000006"', '000000000007"').replace('"Declined"', '"OnHold"');
const FOREIGN = PAID.replace('"acme-parking"', '"other-parking"');

json('01-json-debit-pending', 1_777_888_801, PENDING);
json('02-json-debit-finished', 1_777_888_832, PAID);
// The same event again, a minute later, by a sender that signs with both keys; the new one first.
json('03-json-repeat-two-signatures', 1_777_888_892, PAID, (good, old) => `sha256=${old}, sha256=${good}`);
json('04-json-partial-refund', 1_777_962_601, REFUND);
json('05-json-chargeback', 1_780_300_801, CHARGEBACK, (_good, old) => `sha256=${old}`);
json('06-json-chargeback-reversal', 1_780_819_201, REVERSED);
json('07-json-declined', 1_777_892_401, DECLINED);
json('08-json-unknown-word', 1_777_892_501, UNKNOWN);
json('09-json-foreign-merchant', 1_777_892_601, FOREIGN);

const NS = 'xmlns="urn:gateway:callback:1"';
const XML = `<?xml version="1.0" encoding="utf-8"?>\n<callback ${NS}>`;
xml(
  '10-xml-preauthorize',
  'Mon, 04 May 2026 12:00:01 GMT',
  `${XML}<operation>Authorize</operation><payment><id>A-7001</id><result><state>OK</state></result>` +
    '<amount currency="EUR">99.90</amount><orderNumber>ORD &amp; 7001</orderNumber><parent xsi:nil="true" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/>' +
    '<changed>2026-05-04T14:00:00+02:00</changed></payment></callback>\n',
);
xml(
  '11-xml-capture',
  'Tue, 05 May 2026 07:00:00 GMT',
  `${XML}<operation>Capture</operation><payment><id>C-7001</id><result><state>OK</state></result>` +
    '<amount currency="EUR">60.00</amount><parent>A-7001</parent><changed>2026-05-05T09:00:00+02:00</changed></payment></callback>\n',
);
xml(
  '12-xml-void-same-id',
  'Wed, 06 May 2026 07:00:00 GMT',
  `${XML}<operation>Cancel</operation><payment><id>A-7001</id><result><state>OK</state></result>` +
    '<parent>A-7001</parent><changed>2026-05-06T09:00:00+02:00</changed></payment></callback>\n',
);

form(
  '13-form-debit',
  1_777_898_400_500,
  'transaction%5Bid%5D=88123456789012345678&transaction%5Btype%5D=sale&transaction%5Bstatus%5D=0&transaction%5Bamount%5D=1050&transaction%5Bcurrency%5D=jpy&merchant_ref=J%C3%BCrgen+1',
);
form(
  '14-form-refund',
  1_777_984_800_500,
  'transaction.id=88123456789012345699&transaction.type=credit&transaction.status=0&transaction.amount=50&transaction.currency=JPY&transaction.parent=88123456789012345678',
);
// A byte that is no UTF-8: signed as it came, and kept.
form(
  '15-form-not-utf8',
  1_777_898_500_500,
  Buffer.concat([Buffer.from('transaction[id]=1&name=M'), Buffer.from([0xfc]), Buffer.from('ller')]),
);

jsv(
  '16-jsv-register',
  'dl-0001',
  '2026-05-04T13:00:00.0000000Z',
  '{event:CardStored,paymentId:c0ffee00c0ffee00c0ffee00c0ffee01,success:True,invoice:"ticket ""A"", 12",modified:2026-05-04T13:00:00.0000000Z}',
);
jsv(
  '17-jsv-debit',
  'dl-0002',
  '2026-05-04T13:05:00Z',
  '{\nevent: Charged,\npaymentId: C0FFEE00-C0FF-EE00-C0FF-EE00C0FFEE02,\nsuccess: True,\namount: 12.5,\ninvoice: T-12,\nmodified: 2026-05-04T13:05:00Z\n}',
);

const TOKEN_HEADERS = { 'Content-Type': 'application/json', 'X-Webhook-Token': keyOf('acme-paylock-token', 1) };
request(
  '18-token-batch',
  '/callbacks/acme-paylock-token',
  TOKEN_HEADERS,
  '{"notifications":[{"id":"p-1","kind":"debit","status":"FINISHED","amount":"10.00","currency":"EUR","reference":"O-1"},{"id":"r-1","kind":"refund","status":"FINISHED","amount":"4.00","currency":"EUR","original":"p-1"},{"id":"p-2","kind":"loyalty","status":"FINISHED"}]}',
);
const basic = Buffer.from(`postrider:${keyOf('acme-paylock-basic')}`).toString('base64');
request(
  '19-basic-debit',
  '/callbacks/acme-paylock-basic',
  { 'Content-Type': 'text/plain', Authorization: `Basic ${basic}` },
  '{"data":[{"attributes":{"payment_id":4711,"state":"succeeded","cents":2599,"order":"O-4711","changed_at":1777888800}}]}',
);

const token = connectors['acme-paylock-fetch']?.token ?? '';
const hint = (event: string, state: string) => `{"event":{"id":"${event}","payment":"pay_9001","state":"${state}"}}`;
const fetchPath = `/callbacks/acme-paylock-fetch/${token}`;
request('20-fetch-hint-open', fetchPath, { 'Content-Type': 'application/json' }, hint('ev-1', 'Open'));
writeFileSync(
  `${FOLDER}20-fetch-hint-open/answer.json`,
  '{"id":"pay_9001","state":"Open","amount":75.25,"updatedAt":"2026-05-04T15:00:00Z"}',
);
request('21-fetch-hint-paid', fetchPath, { 'Content-Type': 'application/json' }, hint('ev-2', 'Paid'));
writeFileSync(
  `${FOLDER}21-fetch-hint-paid/answer.json`,
  '{"id":"pay_9001","state":"Paid","amount":75.25,"updatedAt":"2026-05-04T15:01:30Z"}',
);

const HUB = '{"id":"h-1","kind":"debit","status":"FINISHED","amount":1.10}';
const sha1 = hmac('sha1', keyOf('acme-paylock-sha1'), HUB).toString('hex');
request(
  '22-sha1-by-name',
  '/callbacks/acme-paylock-sha1',
  { 'Content-Type': 'application/json', 'X-Hub-Signature': `sha1=${sha1}` },
  HUB,
);
