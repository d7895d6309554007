import type { z } from 'zod';
import type { FieldProblem } from '#shared/gateways/gateway.ts';

const SECRET_MEMBER = /secret|password|private|token|credential/i;
const SHOWN_CHARACTERS = 64;

/**
 * What zod found, as the API says it. `nameOf` makes the field's name of a path (JSON pointer, or the parameter's name).
 * Values are shown only of members that are known, simple and no secrets.
 */
export function fieldProblems(
  error: z.ZodError,
  input: unknown,
  nameOf: (path: readonly PropertyKey[]) => string = jsonPointer,
): readonly FieldProblem[] {
  return error.issues.flatMap((issue): readonly FieldProblem[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ field: nameOf([...issue.path, key]), message: UNKNOWN }));
    }
    const value = shownValue(input, issue.path);
    const field = nameOf(issue.path);
    return [{ field, ...(value === undefined ? {} : { value }), message: issue.message }];
  });
}

const UNKNOWN = 'is not known here: correct its name or leave it out';

/** RFC 6901; '' is the whole body. */
function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function shownValue(input: unknown, path: readonly PropertyKey[]): string | number | boolean | null | undefined {
  if (path.length === 0 || path.some((part) => SECRET_MEMBER.test(String(part)))) return undefined;
  const value = path.reduce<unknown>(memberOf, input);
  if (typeof value === 'string')
    return value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS)}…` : value;
  return typeof value === 'number' || typeof value === 'boolean' || value === null ? value : undefined;
}

function memberOf(value: unknown, part: PropertyKey): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, part)
    ? Reflect.get(value, part)
    : undefined;
}
