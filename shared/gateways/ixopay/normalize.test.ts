import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOfValue } from '#shared/model/canonical.ts';
import { digestOfBytes } from '#shared/model/digest.ts';
import { SOURCES, type Source } from '#shared/model/vocabulary.ts';
import { couldHoldCardNumber } from '../card-number.ts';
import { normalizeIxopay } from './normalize.ts';
import { DATE, fetched, first, outline, pushed, xmlCallback } from './statement.testing.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const nested = (depth: number) => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;

describe('what cannot be read is a notice, never a crash and never a loss', () => {
  it.each<[string, Uint8Array, string]>([
    ['empty', bytes(''), 'empty_body'],
    ['white space', bytes(' \r\n\t'), 'empty_body'],
    ['not UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]), 'not_utf8'],
    ['UTF-16', new Uint8Array([0xff, 0xfe, 0x7b, 0x00]), 'not_utf8'],
    ['a form', bytes('result=OK&uuid=1'), 'unknown_format'],
    ['a JSON array', bytes('[{"result":"OK","uuid":"u1"}]'), 'unknown_format'],
    ['truncated JSON', bytes('{"result":"OK","uuid":"u1"'), 'not_json'],
    ['two JSON objects', bytes('{"result":"OK"}{"uuid":"u1"}'), 'not_json'],
    ['65 levels of JSON', bytes(nested(65)), 'too_deep'],
    ['a million brackets', bytes(`{"a":${'['.repeat(1_000_000)}`), 'too_deep'],
    ['no uuid', bytes('{"result":"OK"}'), 'missing_field'],
    ['uuid null', bytes('{"result":"OK","uuid":null}'), 'missing_field'],
    ['uuid a number', bytes('{"result":"OK","uuid":17}'), 'wrong_type'],
    ['uuid a list', bytes('{"result":"OK","uuid":["u1"]}'), 'wrong_type'],
    ['uuid with a space', bytes('{"result":"OK","uuid":"u 1"}'), 'unreadable_id'],
    ['uuid too long', bytes(`{"result":"OK","uuid":"${'u'.repeat(129)}"}`), 'unreadable_id'],
    ['no result', bytes('{"uuid":"u1"}'), 'missing_field'],
    ['result true', bytes('{"uuid":"u1","result":true}'), 'wrong_type'],
    ['INVALID_REQUEST', bytes('{"uuid":"u1","result":"INVALID_REQUEST"}'), 'unknown_result'],
    ['result constructor', bytes('{"uuid":"u1","result":"constructor"}'), 'unknown_result'],
    ['unknown type', bytes('{"uuid":"u1","result":"OK","transactionType":"TELEPORT"}'), 'unknown_transaction_type'],
    ['truncated XML', bytes('<callback><result>OK</result>'), 'not_xml'],
    ['two roots', bytes('<callback/><callback/>'), 'not_xml'],
    ['another document', bytes('<html><body/></html>'), 'unknown_document'],
    ['a DOCTYPE', bytes('<!DOCTYPE callback><callback/>'), 'doctype_refused'],
    ['an own entity', bytes(xmlCallback('<result>&x;</result>')), 'entity_refused'],
    ['65 levels of XML', bytes('<callback>'.repeat(66) + '</callback>'.repeat(66)), 'too_deep'],
    ['half a million tags', bytes('<a>'.repeat(300_000)), 'not_xml'],
    ['Latin-1 by declaration', bytes('<?xml version="1.0" encoding="ISO-8859-1"?><callback/>'), 'not_utf8'],
    [
      'result twice in XML',
      bytes(xmlCallback('<result>OK</result><result>ERROR</result><referenceId>u1</referenceId>')),
      'wrong_type',
    ],
    ['no referenceId in XML', bytes(xmlCallback('<result>OK</result>')), 'missing_field'],
  ])('%s', (_name, body, reason) => {
    const { origin, notifications } = normalizeIxopay({ source: 'pushed', body, declared: { date: DATE } });
    expect(notifications).toMatchObject([{ about: 'notice', status: 'UNRECOGNIZED', reason }]);
    expect(notifications).toHaveLength(1);
    expect(origin.contentDigest).toBe(digestOfBytes(body));
  });

  it('64 levels are read', () => {
    expect(first(pushed(`{"uuid":"u1","result":"OK","x":${nested(63)}}`))).toMatchObject({ about: 'transaction' });
  });
  it('the notice names the transaction when it is known, and repeats no free text', () => {
    const notice = first(pushed({ uuid: 'u1', result: 'give me 4111 1111 1111 1111' }));
    expect(notice).toMatchObject({ reason: 'unknown_result', related: { type: 'transaction', id: 'u1' } });
    expect(JSON.stringify(notice)).not.toContain('4111');
  });
  it('a byte order mark and white space in front are no matter', () => {
    expect(first(pushed('\ufeff\r\n {"uuid":"u1","result":"OK","transactionType":"DEBIT"}'))).toMatchObject({
      id: 'u1',
    });
    expect(first(pushed(`\ufeff ${xmlCallback('<result>OK</result><referenceId>u1</referenceId>')}`))).toMatchObject({
      id: 'u1',
    });
  });
});

describe('a strange field never costs a payment', () => {
  it.each([
    ['transactionType', 7, 'wrong_type transactionType'],
    ['amount', true, 'wrong_type amount'],
    ['amount', { toString: 1, valueOf: 2 }, 'wrong_type amount'],
    ['amount', 'ten', 'amount_unreadable amount'],
    ['merchantTransactionId', {}, 'wrong_type merchantTransactionId'],
    ['merchantTransactionId', 'x'.repeat(256), 'too_long merchantTransactionId'],
    ['merchantMetaData', 'x'.repeat(1_025), 'too_long merchantMetaData'],
    ['returnData', 'card', 'wrong_type returnData'],
    ['returnData', { _TYPE: 'moonData' }, 'unknown_return_data returnData'],
    ['extraData', [1], 'wrong_type extraData'],
    ['scheduleData', 'SC-1', 'wrong_type scheduleData'],
    ['scheduleData', [{ scheduleStatus: 'active' }], 'missing scheduleData[0].scheduleId'],
    ['scheduleData', [{ scheduleId: 5 }], 'wrong_type scheduleData[0].scheduleId'],
    ['customerProfileData', 1, 'wrong_type customerProfileData'],
    ['customerProfileData', { markAsPreferred: 'perhaps' }, 'wrong_type customerProfileData.markAsPreferred'],
    ['riskCheckData', { riskCheckResult: 'SHRUG' }, 'unknown_risk_result riskCheckData.riskCheckResult'],
    ['payByLinkData', { expiresAt: 'soon' }, 'unreadable payByLinkData.expiresAt'],
    ['splits', Array.from({ length: 101 }, () => ({ identification: 'x' })), 'too_many splits'],
    ['splits', [7], 'wrong_type splits[0]'],
    ['notificationSource', 'rumour', 'unknown_notification_source notificationSource'],
    ['transactionSubType', 'cb-what', 'unknown_sub_type transactionSubType'],
    ['referenceUuid', 'u1', 'refers_to_itself referenceUuid'],
  ])('%s', (field, value, anomaly) => {
    const said = outline({ amount: '1.00', currency: 'EUR', [field]: value });
    expect(said).toMatchObject({ type: 'transaction', id: 'u1', status: 'FINISHED' });
    expect(said['anomalies']).toContain(anomaly);
  });
  it('a missing transactionType is flagged and the kind left open', () => {
    expect(outline({ transactionType: null })).toMatchObject({
      id: 'u1',
      status: 'FINISHED',
      anomalies: ['missing transactionType'],
    });
  });
  it('a field that several readers meet is flagged once', () => {
    const said = outline({ result: 'ERROR', transactionType: 'CHARGEBACK', chargebackData: 7, extraData: [1] });
    expect(said['anomalies']).toEqual(['wrong_type extraData', 'wrong_type chargebackData']);
  });
  it('names of Object.prototype mean nothing', () => {
    const said = outline(
      '{"result":"OK","uuid":"u1","transactionType":"DEBIT","__proto__":{"amount":"5.00","currency":"EUR"},"constructor":1}',
    );
    expect(said).toMatchObject({ amount: undefined, anomalies: [] });
  });
});

describe('origin', () => {
  it('of a pushed callback: content digest and signed date', () => {
    expect(pushed({ uuid: 'u1', result: 'OK' }).origin).toEqual({
      source: 'pushed',
      contentDigest: digestOfBytes(bytes('{"uuid":"u1","result":"OK"}')),
      signedAt: '2026-01-15T09:30:00.000Z',
    });
  });
  it('an unreadable date is absent', () => {
    const { origin } = normalizeIxopay({ source: 'pushed', body: bytes('{}'), declared: { date: 'yesterday' } });
    expect(origin).not.toHaveProperty('signedAt');
  });
  const declared = { askedAt: '2026-01-15T10:00:00.000Z', settles: '["d1","d2"]', parent: 'p1' };
  const answer = (transactionStatus: string) => ({
    success: true,
    uuid: 'u1',
    transactionStatus,
    transactionType: 'debit',
  });
  it.each(['SUCCESS', 'ERROR', 'CANCELLED'])('a fetched %s says when it was asked and what it settles', (status) => {
    expect(fetched(answer(status), declared).origin).toMatchObject({
      source: 'fetched',
      askedAt: declared.askedAt,
      settles: ['d1', 'd2'],
    });
  });
  it.each(['PENDING', 'REDIRECT'])('a fetched %s settles nothing (model.md 3.4)', (status) => {
    const { origin } = fetched(answer(status), declared);
    expect(Object.keys(origin).sort()).toEqual(['contentDigest', 'source']);
  });
  it('damaged declared parts are left out', () => {
    const { origin } = fetched(answer('SUCCESS'), { askedAt: 'x', settles: '{' });
    expect(Object.keys(origin).sort()).toEqual(['contentDigest', 'source']);
  });
});

describe('normalize is total and deterministic', () => {
  const run = (source: Source, body: Uint8Array, declared: Readonly<Record<string, string>> = { date: DATE }) => {
    const statement = { source, body, declared };
    const once = normalizeIxopay(statement);
    expect(digestOfValue(once)).toBe(digestOfValue(normalizeIxopay(statement)));
    expect(once.notifications.length).toBeGreaterThan(0);
    return once;
  };
  const source = fc.constantFrom(...SOURCES);

  it('any bytes', () => {
    fc.assert(
      fc.property(source, fc.uint8Array({ maxLength: 200 }), (from, body) => void run(from, body)),
      { numRuns: 300 },
    );
  });
  it('any JSON under the names that matter', () => {
    const leaf = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom(
        'OK',
        'ERROR',
        'DEBIT',
        'REGISTER',
        'DEREGISTER',
        'CHARGEBACK',
        'EUR',
        '1.00',
        'updated',
        'active',
        'true',
        'cardData',
      ),
      fc.integer(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.constant({ toString: 1, valueOf: 1 }),
    );
    const inner = fc.constantFrom(
      'scheduleId',
      'scheduleStatus',
      'originalUuid',
      'amount',
      'currency',
      '_TYPE',
      'cardData',
      'iban',
      'expiryMonth',
      'code',
      'message',
      'networkTokenStatus',
      'lastCardUpdateResult',
      'lastNetworkTokenUpdateDate',
      '__proto__',
      'paymentToken',
    );
    const value = fc.oneof(
      leaf,
      fc.dictionary(inner, fc.oneof(leaf, fc.dictionary(inner, leaf))),
      fc.array(fc.oneof(leaf, fc.dictionary(inner, leaf)), { maxLength: 3 }),
    );
    const name = fc.constantFrom(
      'result',
      'transactionStatus',
      'success',
      'returnType',
      'request',
      'uuid',
      'transactionType',
      'transactionSubType',
      'amount',
      'currency',
      'originalAmount',
      'originalCurrency',
      'referenceUuid',
      'scheduleData',
      'schedules',
      'splits',
      'errors',
      'code',
      'errorCode',
      'extraData',
      'returnData',
      'chargebackData',
      'chargebackReversalData',
      'customerProfileData',
      'dccData',
      'payByLinkData',
      'riskCheckData',
      'notificationSource',
      'tokenType',
    );
    const good = fc.constantFrom(
      {},
      { uuid: 'u1', result: 'OK' },
      { uuid: 'u1', result: 'ERROR', transactionType: 'CHARGEBACK' },
      { uuid: 'u1', transactionStatus: 'ERROR' },
      { result: { uuid: 'u1', returnType: 'FINISHED' } },
    );
    fc.assert(
      fc.property(source, fc.dictionary(name, value, { noNullPrototype: true }), good, (from, fields, sure) => {
        run(from, bytes(JSON.stringify({ ...fields, ...sure })));
      }),
      { numRuns: 600 },
    );
  });
  it('any XML text', () => {
    const part = fc.constantFrom(
      '<a>',
      '</a>',
      '<callback>',
      '</callback>',
      '<result>OK</result>',
      '<referenceId>u</referenceId>',
      '&amp;',
      '&#x0;',
      '&',
      '<![CDATA[',
      ']]>',
      '<!--',
      '-->',
      '<?x',
      '?>',
      ' key="',
      '"',
      'text',
      '<returnData type="x">',
      '</returnData>',
      '<__proto__>',
      '</__proto__>',
      '<errors><error>',
      '</error></errors>',
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 14 }),
        (parts) => void run('pushed', bytes(`<callback>${parts.join('')}</callback>`)),
      ),
      { numRuns: 500 },
    );
  });
});

describe('card data', () => {
  it('no run of 12 to 19 digits of returnData that passes Luhn reaches a notification', () => {
    const pan = fc.constantFrom(
      '4111111111111111',
      '378282246310005',
      '5555555555554444',
      '6011000990139424',
      '3530111333300000',
      '4012888888881881',
      '4222222222222',
      '6304000000000000',
      '50339619890917',
    );
    const separated = pan.map((digits) => digits.replace(/(\d{4})(?=\d)/g, '$1 '));
    const text = fc
      .tuple(fc.string({ maxLength: 4 }), fc.oneof(pan, separated), fc.string({ maxLength: 4 }))
      .map((parts) => parts.join('-'));
    const value = fc.oneof(pan, separated, text, pan.map(Number), fc.constant('4444'));
    const name = fc.constantFrom(
      'type',
      'firstName',
      'cardHolder',
      'expiryMonth',
      'expiryYear',
      'binDigits',
      'firstSixDigits',
      'lastFourDigits',
      'fingerprint',
      'binBrand',
      'binBank',
      'binType',
      'binCountry',
      'country',
      'threeDSecure',
      'eci',
      'merchantAdviceCode',
      'parsedMerchantAdviceCode',
      'schemeTransactionIdentifier',
      'phoneNumber',
      'operator',
      'iban',
      'bankName',
      'walletType',
      'walletReferenceId',
      'walletOwnerCountryCode',
      'accountNumber',
      'routingNumber',
    );
    const type = fc.constantFrom(
      'cardData',
      'phoneData',
      'ibanData',
      'walletData',
      'achData',
      'moonData',
      '4111111111111111',
    );
    fc.assert(
      fc.property(
        fc.dictionary(name, value, { noNullPrototype: true }),
        type,
        fc.constantFrom('OK', 'ERROR'),
        fc.boolean(),
        (fields, _TYPE, result, flat) => {
          const returnData = flat ? { ...fields, _TYPE } : { [_TYPE]: fields };
          const { notifications } = pushed({
            uuid: 'u1',
            result,
            transactionType: 'REGISTER',
            returnData,
            extraData: {},
          });
          expect(couldHoldCardNumber(JSON.stringify(notifications))).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });
  it('nor one that a provider echoes in a text of an error', () => {
    const said = outline({
      result: 'ERROR',
      message: 'Card 4111 1111 1111 1111 declined',
      adapterMessage: 'pan=4111111111111111',
      code: '2003',
    });
    expect(said).toMatchObject({ message: 'Card [number removed] declined', adapterMessage: 'pan=[number removed]' });
  });
});
