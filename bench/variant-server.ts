import { DatabaseSync } from 'node:sqlite';
import { createHostGuard } from '#local/http/host-guard.ts';
import { createHttpServer } from '#local/http/http-server.ts';
import { HTTP_LIMITS } from '#local/http/limits.ts';
import { GATEWAY_FRONTS } from '#shared/gateways/fronts.ts';
import type { InboxStore } from '#shared/pipeline/ports.ts';
import { receive, refuseTooLarge } from '#shared/pipeline/receive.ts';
import type { Connector } from '#shared/registry/records.ts';

/**
 * The same HTTP server and the same verification with another inbox behind it, for comparison: `none` answers without
 * storing, `alone` commits each callback by itself (synchronous FULL). Run as a child process; prints its port.
 */
const [variant = 'none', connectorId = '', sharedSecret = '', file = ''] = process.argv.slice(2);

const connector = {
  connectorId,
  merchantId: 'acme',
  gateway: 'ixopay',
  settings: {
    apiKey: connectorId,
    acceptMd5: true,
    acceptCanonicalContentType: true,
    acceptXDate: true,
    acceptReceivedPath: true,
  },
  testMode: true,
  version: 1,
} as unknown as Connector;

const deps = {
  connectors: { find: async () => connector, findAgain: async () => connector, forget: () => undefined },
  secrets: async () => [{ keyId: 'k1', values: { sharedSecret } }],
  fronts: GATEWAY_FRONTS,
  inbox: variant === 'alone' ? committingAlone(file) : storingNothing(),
  refused: { record: () => undefined },
  clock: { now: () => new Date() },
  basePath: '',
  trouble: (error: unknown) => console.error(error),
};

const server = createHttpServer({
  receive: (request) => receive(deps, request),
  refuseTooLarge: (head, bytes) => refuseTooLarge(deps, head, bytes),
  admin: async () => ({ status: 404, headers: {}, body: '' }),
  guard: createHostGuard({ host: '127.0.0.1' }),
  basePath: '',
  limits: HTTP_LIMITS,
  trouble: deps.trouble,
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(JSON.stringify({ port: typeof address === 'object' ? address?.port : 0 }));
});

function storingNothing(): Pick<InboxStore, 'put'> {
  return { put: async () => 'stored' };
}

function committingAlone(path: string): Pick<InboxStore, 'put'> {
  const db = new DatabaseSync(path, { timeout: 5000 });
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  db.exec('CREATE TABLE callback (id TEXT PRIMARY KEY, head TEXT NOT NULL, body BLOB NOT NULL) STRICT');
  const insert = db.prepare('INSERT INTO callback VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
  return {
    async put({ body, ...head }) {
      return insert.run(head.callbackId, JSON.stringify(head), body).changes === 1 ? 'stored' : 'duplicate';
    },
  };
}
