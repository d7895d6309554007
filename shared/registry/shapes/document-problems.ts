import type { z } from 'zod';
import type { FieldProblem } from '#shared/gateways/gateway.ts';
import { isUnset } from './scalars.ts';
import { soundsSecret } from './secret-name.ts';
import type { Spelling } from './spelling.ts';

const SHOWN_CHARACTERS = 64;

/** One thing that is wrong, with its path under the manual's names. */
export interface PathProblem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What zod found, one problem a field; of what is not there, that it is missing. */
export function pathProblems(error: z.ZodError | undefined, canonical: unknown): readonly PathProblem[] {
  const byField = Map.groupBy(error?.issues ?? [], ({ path }) => JSON.stringify(path));
  return [...byField.values()].flatMap(([first]) => {
    if (first === undefined) return [];
    const { path, message } = first;
    return [isUnset(valueAt(canonical, path)) ? { path, message: 'is missing' } : { path, message }];
  });
}

/** As the answer names them: in the document's own spelling, with the value where it can be no secret. */
export function fieldProblemsOf(
  spelling: Spelling,
  problems: readonly PathProblem[],
  secrets: ReadonlySet<string>,
): readonly FieldProblem[] {
  return [
    ...spelling.problems,
    ...problems.map(({ path, message }): FieldProblem => {
      const field = spelling.pointer(path);
      const isHidden = path.some((part) => soundsSecret(String(part)) || secrets.has(String(part)));
      const value = isHidden ? undefined : shown(valueAt(spelling.canonical, path));
      return value === undefined ? { field, message } : { field, value, message };
    }),
  ];
}

function shown(value: unknown): string | number | boolean | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'string') return undefined;
  return value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS)}…` : value;
}

export function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, part) ? Reflect.get(value, part) : undefined,
    input,
  );
}
