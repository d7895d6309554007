import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactBytes, redactText } from './redact.ts';

const PAN = '4111111111111111';
const IBAN = 'DE89370400440532013000';

describe('card numbers', () => {
  it.each([
    [`{"a":"${PAN}"}`, '{"a":"************1111"}'],
    [`{"a":${PAN},"b":1}`, '{"a":************1111,"b":1}'],
    ['4111 1111 1111 1111', '**** **** **** 1111'],
    ['4111-1111-1111-1111', '****-****-****-1111'],
    ['4111.1111.1111.1111', '****.****.****.1111'],
    ['12 4111 1111 1111 1111 x', '12 **** **** **** 1111 x'],
    ['378282246310005', '***********0005'],
    ['6304000000000000 and 5018000000000009', '************0000 and ************0009'],
    [`card=4111%201111%201111%201111&x=1`, 'card=****%20****%20****%201111&x=1'],
    ['card=4111+1111+1111+1111&x=1', 'card=****+****+****+1111&x=1'],
    [`card=%34111111111111111`, 'card=**************1111'],
    ['{"a":"\\u0034111111111111111"}', '{"a":"*****************1111"}'],
    ['<a>&#52;111111111111111</a>', '<a>****************1111</a>'],
    [`data=%7B%22a%22%3A%22${PAN}%22%7D`, 'data=%7B%22a%22%3A%22************1111%22%7D'],
    [`%B${PAN}^DOE/JANE^2512101`, '%B************1111^DOE/JANE^2512101'],
    [`;${PAN}=25121010000?`, ';************1111=25121010000?'],
    [`x${PAN}y`, 'x************1111y'],
  ])('%j', (text, shown) => {
    expect(redactText(text).value).toBe(shown);
  });

  it.each([
    '4111111111111112',
    '41111111111',
    '41111111111111111111',
    '0f1e2d3c4b5a69788796',
    '2026-01-15T09:30:00.000Z',
  ])('not %s', (text) => {
    expect(redactText(text)).toEqual({ value: text, places: 0 });
  });

  it('whatever stands around it, as long as no digit touches it', () => {
    const around = fc.string({ unit: 'binary' }).filter((text) => !/[\d%\\&]/.test(text));
    fc.assert(
      fc.property(around, around, (before, after) => {
        expect(redactText(`${before} ${PAN} ${after}`).value).not.toContain(PAN.slice(0, 12));
      }),
    );
  });
});

describe('account numbers', () => {
  it.each([
    [`{"iban":"${IBAN}"}`, '{"iban":"******************3000"}'],
    [`to ${IBAN} today`, 'to DE****************3000 today'],
    ['DE89 3704 0044 0532 0130 00 and so on', 'DE** **** **** **** **30 00 and so on'],
    ['gb29nwbk60161331926819', 'gb****************6819'],
    ['a=GB29+NWBK+6016+1331+9268+19', 'a=GB**+****+****+****+**68+19'],
    ['NO9386011117947', 'NO*********7947'],
  ])('%j', (text, shown) => {
    expect(redactText(text).value).toBe(shown);
  });

  it.each(['DE88370400440532013000', 'AB12CDEF', 'order DE89 of 2026'])('not %s', (text) => {
    expect(redactText(text).value).toBe(text);
  });
});

describe('fields by name', () => {
  it.each([
    ['{"cvv":"123","x":1}', '{"cvv":"***","x":1}'],
    ['{"CVC2": 123}', '{"CVC2": ***}'],
    ['{"card":{"security_code":"7788"}}', '{"card":{"security_code":"****"}}'],
    ['{"returnData":"{\\"cvv\\":\\"123\\"}"}', '{"returnData":"{\\"cvv\\":\\"***\\"}"}'],
    ['<Card:cvv kind="x">123</Card:cvv>', '<Card:cvv kind="x">***</Card:cvv>'],
    ['<trackData><![CDATA[B12^A^25]]></trackData>', '<trackData><![CDATA[********]]></trackData>'],
    ['a=1&card%5Bcvv%5D=123&b=2', 'a=1&card%5Bcvv%5D=***&b=2'],
    ['card.cvv=123', 'card.cvv=***'],
    ['<card cvv="123" brand="visa"/>', '<card cvv="***" brand="visa"/>'],
    ['{"track2":"5018000000000009=2512"}', '{"track2":"*********************"}'],
    [
      '{"accountNumber":"000123456789","routingNumber":"110000000"}',
      '{"accountNumber":"********6789","routingNumber":"*********"}',
    ],
    ['{"pan":{"status":"ACTIVE"},"shipping":"abc"}', '{"pan":{"status":"ACTIVE"},"shipping":"abc"}'],
  ])('%j', (text, shown) => {
    expect(redactText(text).value).toBe(shown);
  });
});

describe('redaction', () => {
  it('keeps every other byte, whatever it is, and the length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const { value, places } = redactBytes(bytes);
        expect(value.byteLength).toBe(bytes.byteLength);
        if (places === 0) expect(value).toEqual(bytes);
        for (const [i, byte] of value.entries()) if (byte !== bytes[i]) expect(byte).toBe(0x2a);
      }),
    );
  });

  it('counts places', () => {
    expect(redactText(`${PAN},${IBAN},{"cvv":"1"}`).places).toBe(3);
  });

  it.each([
    '\\'.repeat(300_000),
    '"cvv"'.repeat(60_000),
    '<a '.repeat(100_000),
    'DE89'.repeat(75_000),
    '1 '.repeat(150_000),
    '%'.repeat(300_000),
  ])('is done with the worst bodies soon (%#)', { timeout: 5_000 }, (text) => {
    expect(redactText(text).value.length).toBe(text.length);
  });
});
