import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { callbackOfEvent } from './http-api.ts';

describe('callbackOfEvent', () => {
  it('has the address that HTTP API saw, and believes no header about it', () => {
    const http = { method: 'POST', path: '/', protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: '' };
    const event: Pick<APIGatewayProxyEventV2, 'rawPath' | 'rawQueryString' | 'headers' | 'isBase64Encoded'> = {
      ...{ rawPath: '/callbacks/acme', rawQueryString: '', isBase64Encoded: false },
      headers: { 'X-Forwarded-For': '203.0.113.9' },
    };
    const requestContext = { http } as APIGatewayProxyEventV2['requestContext'];
    const callback = callbackOfEvent({ ...event, requestContext } as APIGatewayProxyEventV2);
    expect(callback).toMatchObject({ method: 'POST', path: '/callbacks/acme', sourceIp: '192.0.2.1' });
    expect(callback.headers).toEqual({ 'x-forwarded-for': '203.0.113.9' });
  });
});
