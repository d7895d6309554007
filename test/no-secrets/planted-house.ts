import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type GatewayServer, startGatewayServer } from '#shared/outbound/gateway-server.testing.ts';
import { post } from '../integration/callbacks.ts';
import {
  type HomeProcess,
  type ReadyLine,
  sqsClientOf,
  startHomeProcess,
  temporaryFolder,
} from '../integration/home-process.ts';
import { drain } from '../integration/queue.ts';
import type { Said } from './secret-scan.ts';

/** Characters that each form writes differently. */
export const PLANTED = {
  operatorToken: 'planted.operator~token+61a0/x=',
  sharedSecret: 'planted shared/secret+7c1e=é',
  rotatedSecret: 'planted rotated/secret+63be=é',
  credential: 'planted second/credential+5d0a=é',
  documentSecret: 'planted document/secret+2f77=é',
  configPassword: 'planted config/password+44aa=é',
  provisioningPassword: 'planted provisioning/password+0b2d=é',
  card: '4111111111111111',
  iban: 'DE89370400440532013000',
};

export interface PlantedHouse {
  readonly ready: ReadyLine;
  /** The gateway's API answers with this status, and says all it was sent back. */
  answerWith(status: number): void;
  /** Of the operator, or with another token; `shows`: secrets that this one answer shows. */
  call(method: string, path: string, body?: object, options?: CallOptions): Promise<{ status: number; body: Json }>;
  /** Signed with a secret. */
  callback(connectorId: string, body: string, secret: string): Promise<number>;
  /** Remembers a secret that the home has made. */
  know(name: string, value: string): void;
  readonly gateway: GatewayServer;
  readonly secrets: Readonly<Record<string, string>>;
  /** All that was said so far; ends the home. */
  end(queueUrl: string): Promise<readonly Said[]>;
  remove(): Promise<void>;
}

export interface CallOptions {
  readonly token?: string;
  readonly shows?: readonly string[];
}

/** An answer as it is looked into: any member of any member. */
type Json = { readonly [name: string]: Json } & readonly Json[] & string;

/** The real process, a gateway of our own, and ears everywhere. */
export async function openPlantedHouse(): Promise<PlantedHouse> {
  const folder = temporaryFolder();
  const said: Said[] = [];
  const secrets: Record<string, string> = { ...PLANTED };
  let status = 200;
  const gateway = await startGatewayServer(({ body, headers }, response) => {
    const echo = JSON.stringify({
      success: status === 200,
      errorCode: 1002,
      errorMessage: `${body} ${JSON.stringify(headers)}`,
    });
    response.writeHead(status, { 'content-type': 'application/json' }).end(echo);
  });
  const home: HomeProcess = startHomeProcess(join(folder.path, 'data'), ['--no-demo'], {
    POSTRIDER_OUTBOUND_LOOPBACK: 'http',
    POSTRIDER_OPERATOR_TOKEN: PLANTED.operatorToken,
  });
  const ready = await home.ready;
  return {
    ...{ ready, gateway, secrets },
    answerWith: (next) => {
      status = next;
    },
    know: (name, value) => {
      secrets[name] = value;
    },
    async call(method, path, body, { token = PLANTED.operatorToken, shows = [] } = {}) {
      const response = await fetch(`${ready.api}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const bytes = await response.text();
      const where = `the answer ${response.status} of ${method} ${path}`;
      said.push(
        { where, bytes, shows },
        { where: `headers of ${where}`, bytes: JSON.stringify([...response.headers]) },
      );
      return { status: response.status, body: bytes === '' ? undefined : JSON.parse(bytes) };
    },
    async callback(connectorId, body, secret) {
      const answer = await post(ready, body, { secret, path: `/callbacks/${connectorId}` });
      said.push({ where: `the answer to a callback of ${connectorId}`, bytes: JSON.stringify(answer) });
      return answer.status;
    },
    async end(queueUrl) {
      const sqs = sqsClientOf(ready);
      const events = await drain(sqs, queueUrl);
      sqs.destroy();
      home.child.kill('SIGTERM');
      await home.exited;
      return [
        ...said,
        ...events.map((event) => ({ where: `event ${event.id}`, bytes: JSON.stringify(event) })),
        { where: 'stdout', bytes: home.stdout() },
        { where: 'stderr', bytes: home.stderr() },
        ...filesIn(join(folder.path, 'data')),
      ];
    },
    async remove() {
      home.child.kill('SIGKILL');
      await home.exited;
      await gateway.close();
      folder.remove();
    },
  };
}

/** What is kept on the disk: payments' bodies are there as they came; secrets are sealed, tokens are digests. */
function filesIn(path: string): readonly Said[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'operator.token')
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return { where: `file ${entry.name}`, bytes: readFileSync(file), shows: ['card', 'iban'] };
    });
}
