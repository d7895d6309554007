import type { FieldProblem } from '#shared/gateways/gateway.ts';
import type { WriteContext } from '#shared/registry/write-result.ts';
import type { AdminDeps } from '../admin-deps.ts';
import type { Call } from '../route.ts';

type Caller = Pick<Call<unknown, unknown, unknown>, 'who' | 'ifVersion'>;

export function writeContext(deps: Pick<AdminDeps, 'clock'>, call: Caller): WriteContext {
  const { who, ifVersion } = call;
  return { now: deps.clock.now(), who, ...(ifVersion === undefined ? {} : { ifVersion }) };
}

/** Ids in the body that are not those of the path. */
export function idProblems(
  params: Readonly<Record<string, string>>,
  body: Readonly<Record<string, unknown>>,
): readonly FieldProblem[] {
  return Object.entries(params)
    .filter(([name, value]) => body[name] !== undefined && body[name] !== value)
    .map(([name, value]) => ({
      field: `/${name}`,
      value: body[name],
      message: `must be ${JSON.stringify(value)} as in the path, or left out`,
    }));
}
