import type {
  APIGatewayEventRequestContextV2,
  APIGatewayProxyEventV2WithRequestContext,
  APIGatewayProxyStructuredResultV2,
} from 'aws-lambda';
import type { AdminRequest, AdminResponse } from '#shared/http/admin-request.ts';
import type { EdgeCaller } from '#shared/http/principal.ts';
import { problem } from '#shared/http/problem.ts';

/** A route's authorizer names the caller, by ARN or by claims; a route without one names nobody. */
export type AdminEvent = APIGatewayProxyEventV2WithRequestContext<
  APIGatewayEventRequestContextV2 & {
    readonly authorizer?: {
      readonly iam?: { readonly userArn?: string };
      readonly jwt?: { readonly claims?: Readonly<Record<string, unknown>> };
    };
  }
>;

/** Before the base path where people come in: an HTTP API's route has one authorizer, so theirs are apart. */
const PEOPLE = '/people';

/** Lambda refuses an answer of more than 6 MB, JSON around it included. */
const MOST_ANSWER_BYTES = 5_900_000;

/**
 * An HTTP API event (payload 2.0) as the admin API takes it; undefined where the path is not below `basePath`. HTTP API
 * hands the path over percent-decoded: each segment is encoded again, so that an id keeps its percent signs. A slash
 * inside an id cannot be told from one between segments any more.
 */
export function adminRequestOf(event: AdminEvent, basePath: string): AdminRequest | undefined {
  const { rawQueryString, requestContext } = event;
  const isForPeople = event.rawPath.startsWith(`${PEOPLE}/`);
  const rawPath = isForPeople ? event.rawPath.slice(PEOPLE.length) : event.rawPath;
  if (rawPath !== basePath && !rawPath.startsWith(`${basePath}/`)) return undefined;
  const caller = callerOf(event, isForPeople);
  return {
    method: requestContext.http.method,
    path: rawPath.slice(basePath.length).split('/').map(encodeURIComponent).join('/'),
    rawQuery: rawQueryString,
    headers: Object.fromEntries(
      Object.entries(event.headers).flatMap(([name, value]) =>
        value === undefined ? [] : [[name.toLowerCase(), value]],
      ),
    ),
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
    ...(caller === undefined ? {} : { caller }),
  };
}

/** Each way in counts what its own authorizer says and nothing else. */
function callerOf({ requestContext }: AdminEvent, isForPeople: boolean): EdgeCaller | undefined {
  const { iam, jwt } = requestContext.authorizer ?? {};
  if (isForPeople) return jwt?.claims === undefined ? undefined : { kind: 'person', claims: jwt.claims };
  return iam?.userArn === undefined ? undefined : { kind: 'iam', arn: iam.userArn };
}

/** An answer as Lambda hands it over: whole, and no larger than it may be. */
export async function resultOfAdmin(response: AdminResponse): Promise<APIGatewayProxyStructuredResultV2> {
  const body = await textOf(response.body);
  const bytes = Buffer.byteLength(JSON.stringify(body));
  if (bytes > MOST_ANSWER_BYTES) {
    const detail = `The answer would have ${bytes} bytes and AWS Lambda hands over 6 MB: ask for less with limit=.`;
    return resultOfAdmin(problem('answer_too_large', detail));
  }
  return { statusCode: response.status, headers: { ...response.headers }, body, isBase64Encoded: false };
}

async function textOf(body: AdminResponse['body']): Promise<string> {
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return Buffer.from(body).toString('utf8');
  let text = '';
  for await (const part of body) text += part;
  return text;
}
