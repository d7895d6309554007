import type { z } from 'zod';
import type { QueueEngine } from './engine.ts';
import type { LongPolls } from './long-poll.ts';
import { type Outcome, type Refused, refused } from './outcome.ts';

export interface ActionContext {
  readonly engine: QueueEngine;
  readonly polls: LongPolls;
  /** Without a trailing slash; queue URLs begin with it. */
  readonly endpointBase: string;
  /** Aborts when the client has gone. */
  readonly signal?: AbortSignal | undefined;
}

/** The members of a JSON answer. */
export type Answer = Record<string, unknown>;

/** One SQS action: reads the request's members and answers its own. */
export type Action = (context: ActionContext, input: unknown) => Outcome<Answer> | Promise<Outcome<Answer>>;

/** An action whose request is checked against `schema` first. */
export function action<S extends z.ZodType>(
  schema: S,
  run: (context: ActionContext, input: z.infer<S>) => Outcome<Answer> | Promise<Outcome<Answer>>,
): Action {
  return (context, input) => {
    const parsed = schema.safeParse(input);
    return parsed.success ? run(context, parsed.data) : unreadable(input, parsed.error);
  };
}

function unreadable(input: unknown, error: z.ZodError): Refused {
  const issue = error.issues[0];
  const path = issue?.path ?? [];
  const name = path.map(String).join('.');
  return memberAt(input, path) === undefined && path.length > 0
    ? refused('MissingParameter', `The request must contain the parameter ${name}.`)
    : refused(
        'SerializationException',
        `${name === '' ? 'The request' : name}: ${issue?.message ?? 'cannot be read'}.`,
      );
}

function memberAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) {
      return undefined;
    }
    value = Reflect.get(value, key);
  }
  return value;
}
