import type { IncomingMessage } from 'node:http';
import type { SqsResponse } from './sqs-response.ts';

const MESSAGE =
  'This queue endpoint speaks the AWS JSON protocol only, and the request uses the older query protocol (Action=…). ' +
  'Update the AWS SDK: JavaScript 3.447.0 or 2.1492.0, Python boto3 1.28.82, Java 2.21.19 or 1.12.585, Go v2 sqs 1.28.0 or ' +
  'v1 1.47.7, and anything released since November 2023, speak it.';

/** Whether the request is of the older query protocol: form-encoded, or its action in the URL. */
export function isQueryProtocol(request: IncomingMessage): boolean {
  const contentType = request.headers['content-type'] ?? '';
  return contentType.startsWith('application/x-www-form-urlencoded') || /[?&]Action=/.test(request.url ?? '');
}

/** A refusal in the XML that clients of the query protocol read and show. */
export function queryProtocolRefusal(requestId: string): SqsResponse {
  return {
    status: 400,
    headers: { 'content-type': 'text/xml' },
    body:
      '<?xml version="1.0"?><ErrorResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><Error><Type>Sender</Type>' +
      `<Code>UnsupportedProtocol</Code><Message>${MESSAGE}</Message><Detail/></Error>` +
      `<RequestId>${requestId}</RequestId></ErrorResponse>`,
  };
}
