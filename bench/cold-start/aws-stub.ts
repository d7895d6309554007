import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Stub {
  readonly endpoint: string;
  close(): void;
}

/** Answers DynamoDB's and KMS's requests at once: one connector is registered, every put succeeds. */
export async function startStub(connector: object, dataKey: Uint8Array): Promise<Stub> {
  const answers: Readonly<Record<string, object>> = {
    GetItem: { Item: { pk: { S: 'x' }, sk: { S: 'x' }, record: { S: JSON.stringify(connector) } } },
    PutItem: {},
    UpdateItem: {},
    Decrypt: { Plaintext: Buffer.from(dataKey).toString('base64'), KeyId: 'key' },
  };
  const server: Server = createServer((request, response) => {
    const action = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    request.resume().once('end', () => {
      response.writeHead(action in answers ? 200 : 500, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify(answers[action] ?? { __type: `the stub does not know ${action}` }));
    });
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
