import { expect } from 'vitest';
import { namedTarget } from '#shared/delivery/named-queue.ts';
import type { Gateway } from '#shared/gateways/gateway.ts';
import { PROVISIONS } from '#shared/gateways/provisions.ts';
import { type AdminApi, adminRoutes, createAdminApi } from '#shared/http/admin-api.ts';
import type { AdminDeps } from '#shared/http/admin-deps.ts';
import type { AdminResponse } from '#shared/http/admin-request.ts';
import { authenticationByToken } from '#shared/http/authentication.ts';
import { problemCodesOf } from '#shared/http/openapi.ts';
import { PROBLEMS } from '#shared/http/problem.ts';
import { createTokenBuckets } from '#shared/http/rate-limit.ts';
import type { Route } from '#shared/http/route.ts';
import { createRouter } from '#shared/http/router.ts';
import { merchantTokenRoutes } from '#shared/http/routes/merchant-tokens.ts';
import { subscriptionTestRoute } from '#shared/http/routes/subscription-test.ts';
import { problemShape } from '#shared/http/shapes/common.ts';
import type { QueueMessage, QueueSender } from '#shared/pipeline/ports.ts';
import { managedQueueName } from '#shared/registry/managed-queue-name.ts';
import { checkReaders } from '#shared/registry/queue-readers.ts';
import { tokenDigest } from '#shared/registry/token-digest.ts';
import { createMemoryStores, type MemoryStores } from '../memory-stores/memory-stores.ts';
import { createPlainGateway } from './plain-gateway.ts';

const OPERATOR_TOKEN = 'operator-token-of-the-test';
/** No test meets it unless it means to. */
const AMPLE = { perSecond: 1_000_000, burst: 1_000_000 };
const BASE = 'https://postrider.example';

export interface CallOptions {
  /** null: none. */
  readonly token?: string | null;
  readonly json?: unknown;
  readonly body?: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly json: unknown;
}

export interface SentMessage {
  readonly url: string;
  readonly message: QueueMessage;
}

export interface AdminFixture {
  readonly api: AdminApi;
  readonly deps: AdminDeps;
  /** Every route of it, those of a home with a sender and tokens of its own included. */
  readonly routes: readonly Route[];
  /** What went to queues. */
  readonly sent: readonly SentMessage[];
  readonly stores: MemoryStores;
  /** What registryChanged was told, in order. */
  readonly told: readonly string[];
  /** Names of the queues that were made. */
  readonly queues: readonly string[];
  /** Everything that was ever answered, as text. */
  readonly answers: readonly Answer[];
  advance(ms: number): void;
  /** `target`: path and query. Checks each answer against the route's own schemas and documented statuses. */
  call(method: string, target: string, options?: CallOptions): Promise<Answer>;
}

export function createAdminFixture(
  overrides: Partial<AdminDeps> = {},
  moreRoutes: (deps: AdminDeps) => readonly Route[] = () => [],
): AdminFixture {
  const stores = createMemoryStores();
  const told: string[] = [];
  const queues: string[] = [];
  const answers: Answer[] = [];
  let nowMs = Date.parse('2026-01-15T09:30:00.000Z');
  let tokens = 0;
  const clock = { now: () => new Date(nowMs) };
  const gateways: Record<string, Gateway> = { ixopay: createPlainGateway() };
  const deps: AdminDeps = {
    ...stores,
    gateways,
    provisioning: {
      // No test of the admin API calls a gateway: test/provisioning does.
      http: {
        send: async () => ({ ok: false, code: 'stopping', detail: 'Not called here.', sent: false, attempts: 0 }),
      },
      provisions: PROVISIONS,
      inForceAfterMs: 0,
      pause: async () => undefined,
    },
    queues: {
      check(choice) {
        if (choice.managed) return checkReaders(choice.readers);
        if (choice.url.startsWith('https://sqs.')) return [];
        return [{ field: '/queue/url', value: choice.url, message: 'must be the URL of an SQS queue' }];
      },
      async provide(choice, owner) {
        if (!choice.managed) return { ok: true, target: namedTarget(choice, owner) };
        const name = managedQueueName('postrider-', owner, choice.fifo);
        queues.push(name);
        return { ok: true, target: { url: `http://127.0.0.1/queues/${name}`, fifo: choice.fifo, managed: true } };
      },
    },
    clock,
    randomToken: (bytes) => `random-${bytes}-${++tokens}`,
    authentication: authenticationByToken({
      operatorTokenSha256: tokenDigest(OPERATOR_TOKEN),
      tokens: stores.tokens,
      clock,
    }),
    rateLimits: { limiter: createTokenBuckets(clock), operator: AMPLE, subscription: AMPLE },
    callbackBase: BASE,
    schemaBase: `${BASE}/api/v1`,
    activationDelayMs: 0,
    progress: async () => ({ unapplied: 0, unpublished: 0 }),
    registryChanged: async (kind, id) => {
      told.push(`${kind} ${id}`);
    },
    trouble: (error) => {
      throw error;
    },
    ...overrides,
  };
  const sent: SentMessage[] = [];
  const sender: QueueSender = {
    async send(queue, messages) {
      sent.push(...messages.map((message) => ({ url: queue.url, message })));
      return messages.map(({ id }) => ({ id, ok: true }));
    },
  };
  const more = [
    ...merchantTokenRoutes({ ...deps, tokens: stores.tokens }),
    subscriptionTestRoute({ ...deps, sender }),
    ...moreRoutes(deps),
  ];
  const api = createAdminApi(deps, more);
  const routes = adminRoutes(deps, more);
  const router = createRouter(routes);
  return {
    api,
    deps,
    routes,
    sent,
    stores,
    told,
    queues,
    answers,
    advance: (ms) => {
      nowMs += ms;
    },
    async call(method, target, options = {}) {
      const [path = '', rawQuery = ''] = target.split('?');
      const response = await api({ method, path, rawQuery, ...wire(options) });
      const answer = await answerOf(response);
      checkAgainstRoute(router(method, path), answer);
      answers.push(answer);
      return answer;
    },
  };
}

function wire(options: CallOptions): { readonly headers: Record<string, string>; readonly body: Uint8Array } {
  const { token = OPERATOR_TOKEN, json, body, headers } = options;
  const given = body ?? (json === undefined ? '' : JSON.stringify(json));
  return {
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    body: typeof given === 'string' ? Buffer.from(given) : given,
  };
}

async function answerOf(response: AdminResponse): Promise<Answer> {
  const { status, headers, body } = response;
  const text =
    typeof body === 'string' ? body : body instanceof Uint8Array ? Buffer.from(body).toString() : await joined(body);
  const isJson = /^application\/(\w+\+)?json$/.test(headers['content-type'] ?? '');
  return { status, headers, text, json: isJson ? JSON.parse(text) : undefined };
}

async function joined(chunks: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) text += chunk;
  return text;
}

function checkAgainstRoute(match: ReturnType<ReturnType<typeof createRouter>>, answer: Answer): void {
  if (answer.status >= 400) {
    expect(answer.headers['content-type']).toBe('application/problem+json');
    const { status } = problemShape.parse(answer.json);
    expect(status).toBe(answer.status);
  }
  if (match.found !== 'route') return;
  const documented = [
    ...Object.keys(match.route.answers).map(Number),
    ...problemCodesOf(match.route).map((code) => PROBLEMS[code].status),
  ];
  expect(documented, match.route.operationId).toContain(answer.status);
  const schema = match.route.answers[answer.status]?.schema;
  if (schema !== undefined && answer.json !== undefined) schema.parse(answer.json);
}
