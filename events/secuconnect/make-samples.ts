import { readFileSync, writeFileSync } from 'node:fs';

/** Writes `request.http` of every sample from `pushes.json`: node events/secuconnect/make-samples.ts */

interface Connector {
  readonly id: string;
  readonly token: string;
}

const here = (path: string) => new URL(path, import.meta.url);
const read = (path: string): unknown => JSON.parse(readFileSync(here(path), 'utf8'));

const { 'acme-secuconnect': connector } = read('./connectors.json') as Record<'acme-secuconnect', Connector>;

for (const [folder, push] of Object.entries(read('./pushes.json') as Record<string, unknown>)) {
  const body = JSON.stringify(push);
  // Headers as the gateway's documentation shows them ("Push Service").
  const head = [
    `POST /callbacks/${connector.id}/${connector.token} HTTP/1.1`,
    'Host: callbacks.example.com',
    'Content-Type: application/json',
    'Accept: */*',
    'Connection: close',
    'Referer: https://connect.secucard.com',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  writeFileSync(here(`./${folder}/request.http`), `${head.join('\r\n')}\r\n\r\n${body}`);
}
