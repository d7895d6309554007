import {
  DynamoDBServiceException,
  InternalServerError,
  ProvisionedThroughputExceededException,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { isAwsTrouble } from './aws-trouble.ts';
import { describeTrouble } from './describe-trouble.ts';

const $metadata = { requestId: 'R1', httpStatusCode: 400 };
const named = (name: string, message = 'x') =>
  new DynamoDBServiceException({ name, message, $fault: 'client', $metadata });
const coded = (code: string) => Object.assign(new Error('read'), { code });

describe('whose fault an error is', () => {
  it.each([
    ['throttling', new ProvisionedThroughputExceededException({ message: 'slow down', $metadata })],
    ['an error of theirs', new InternalServerError({ message: 'oops', $metadata })],
    ['a missing table', new ResourceNotFoundException({ message: 'no table', $metadata })],
    ['missing rights', named('AccessDeniedException')],
    ['a lost connection', coded('ECONNRESET')],
    ['a name that cannot be resolved', coded('ENOTFOUND')],
    ['a bad certificate', coded('CERT_HAS_EXPIRED')],
    ['a time-out of the SDK', Object.assign(new Error('x'), { name: 'TimeoutError' })],
    ['an abort', new DOMException('x', 'AbortError')],
  ])('%s passes: the record comes again', (_what, error) => {
    expect(isAwsTrouble(error)).toBe(true);
  });

  it.each([
    ['a request that is wrong', named('ValidationException')],
    ['a TypeError', new TypeError('x')],
    ['an error of Node for wrong arguments', coded('ERR_INVALID_ARG_TYPE')],
    ['a corrupt row', coded('Z_DATA_ERROR')],
    ['no error at all', 'text'],
  ])('%s stays: it is a bug', (_what, error) => {
    expect(isAwsTrouble(error)).toBe(false);
  });
});

describe('what a log says of an error', () => {
  it('is the message of AWS and of the system, which speak of requests and rights', () => {
    expect(describeTrouble(named('AccessDeniedException', 'not authorized'))).toMatchObject({
      error: 'AccessDeniedException',
      says: 'not authorized',
      awsRequestId: 'R1',
    });
    expect(describeTrouble(coded('ECONNRESET'))).toMatchObject({ says: 'read' });
  });

  it.each([
    ['a parser', new SyntaxError('Unexpected token in {"a secret"')],
    ['DynamoDB of a value', named('ValidationException', 'a secret is not valid')],
    ['Node of an argument', Object.assign(new TypeError('Received a secret'), { code: 'ERR_INVALID_ARG_TYPE' })],
    ['a bug', new TypeError('a secret is not a function')],
  ])('is not what %s may quote', (_what, error) => {
    const view = describeTrouble(error);
    expect(JSON.stringify(view)).not.toContain('a secret');
    expect(view.place).toContain('aws-trouble.test');
  });

  it('nothing of what is no error', () => {
    expect(describeTrouble('a secret')).toEqual({ error: 'a value that is no Error was thrown' });
  });
});
