import * as z from 'zod';
import type { RawCallback } from '#shared/gateways/gateway.ts';
import { type TestedCallback, testCallback } from '#shared/pipeline/test-callback.ts';
import type { AdminDeps } from '../admin-deps.ts';
import { json, notFound } from '../answer.ts';
import { judgingFor } from '../judging.ts';
import { NO_QUERY, type Route, route } from '../route.ts';
import { idShape } from '../shapes/common.ts';
import { testCallbackBody, testedCallbackShape } from '../shapes/test-callback.ts';

type PastedRequest = z.output<typeof testCallbackBody>['request'];

/** What a connector makes of a callback that an operator pastes: to validate its settings before the gateway calls. */
export function testCallbackRoute(deps: AdminDeps): Route {
  return route({
    method: 'POST',
    path: '/connectors/{connectorId}/test-callback',
    operationId: 'testCallback',
    tag: 'Callbacks',
    summary: 'Verify and read a pasted callback, and store nothing',
    description:
      "With the connector's stored secrets, the way that a received callback goes. Answers how it was proved and what it " +
      'says, or why it would be refused and the likely cure. A certificate that it is signed with is fetched from ' +
      'the gateway’s own host, as for a received one. Answers no signature and no secret.',
    auth: 'operator',
    params: z.strictObject({ connectorId: idShape }),
    query: NO_QUERY,
    body: testCallbackBody,
    answers: { 200: { description: 'What would become of it', schema: testedCallbackShape } },
    problems: ['not_found'],
    async handle({ params: { connectorId }, body: { request, at }, who }) {
      const connector = await deps.registry.connector(connectorId);
      if (connector === undefined) return notFound(`There is no connector ${JSON.stringify(connectorId)}.`);
      const now = deps.clock.now().toISOString();
      const resource = `/connectors/${connectorId}`;
      await deps.registry.appendAudit({ at: now, who, what: 'connector.test-callback', resource, changes: [] });
      const judging = judgingFor(deps);
      const callback = callbackOf(request, `${judging.basePath}/callbacks/${connectorId}`);
      const received = at === undefined ? now : new Date(at).toISOString();
      return json(view(await testCallback(judging, connector, callback, received)));
    },
  });
}

function callbackOf(request: PastedRequest, ownPath: string): RawCallback {
  const { method = 'POST', path: target = ownPath, headers, body = '', bodyBase64 } = request;
  const mark = target.indexOf('?');
  return {
    method: method.toUpperCase(),
    path: mark < 0 ? target : target.slice(0, mark),
    rawQuery: mark < 0 ? '' : target.slice(mark + 1),
    headers: joined(headers),
    body: Buffer.from(bodyBase64 ?? body, bodyBase64 === undefined ? 'utf8' : 'base64'),
  };
}

/** As the homes hand them on: lower-case names, values of one name joined. */
function joined(headers: PastedRequest['headers']): RawCallback['headers'] {
  const values = new Map<string, string>();
  for (const [name, given] of Object.entries(headers)) {
    const text = [given].flat().join(', ');
    const known = values.get(name.toLowerCase());
    values.set(name.toLowerCase(), known === undefined ? text : `${known}, ${text}`);
  }
  return Object.fromEntries(values);
}

function view(tested: TestedCallback): z.input<typeof testedCallbackShape> {
  if (tested.outcome === 'answered') return tested;
  if (tested.outcome === 'refused') {
    const { tried, ...refusal } = tested.refusal;
    const causes = tested.causes.map((cause) => ({ ...cause, changes: [...cause.changes] }));
    const shown = tried?.map((one) => ({ ...one, keyIds: [...one.keyIds] }));
    return { ...tested, causes, refusal: { ...refusal, ...(shown && { tried: shown }) } };
  }
  const { verdict, notifications, problems, ...rest } = tested;
  return {
    ...rest,
    ...(verdict && { verdict: { keyId: verdict.keyId, algorithm: verdict.algorithm, ...verdict.readings } }),
    notifications: notifications.map((notification) => ({ ...notification })),
    problems: [...problems],
  };
}
