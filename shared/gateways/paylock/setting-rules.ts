import type { FieldProblem } from '../gateway.ts';
import { keyBytes } from './signing.ts';
import { hasPart, readTemplate, type SignedPart } from './template.ts';

type Settings = Readonly<Record<string, unknown>>;

/**
 * What settings that are each valid by themselves contradict each other in. Nothing that would leave a callback unproved, or
 * believed for something that is not signed, is registered.
 */
export function settingProblems(
  settings: Settings,
  secrets: Readonly<Record<string, string>>,
): readonly FieldProblem[] {
  return [
    ...(settings['mode'] === 'hmac' ? [...timeProblems(settings), ...keyProblems(settings, secrets)] : []),
    ...modeProblems(settings),
    ...placeProblems(settings),
  ];
}

function timeProblems(settings: Settings): readonly FieldProblem[] {
  const isSigned = (part: SignedPart) => hasPart(readTemplate(String(settings['template'])) ?? [], part);
  const { timestampHeader, timestampUnit, timestampPrefix, idHeader } = settings;
  return [
    ...when(
      timestampHeader !== undefined && !isSigned('timestamp'),
      'timestampHeader',
      'is no part of /settings/template: a time that is not signed can be set by anybody. Add {timestamp}, or leave it out',
    ),
    ...when(
      timestampHeader === undefined && isSigned('timestamp'),
      'timestampHeader',
      'must name the header that {timestamp} of /settings/template comes in',
    ),
    ...when(
      timestampHeader !== undefined && timestampUnit === undefined,
      'timestampUnit',
      'must say how the time is written: s, ms, iso8601 or http-date',
    ),
    ...when(timestampPrefix !== undefined && timestampHeader === undefined, 'timestampPrefix', 'needs timestampHeader'),
    ...when(
      idHeader === undefined && isSigned('id'),
      'idHeader',
      'must name the header that {id} of /settings/template comes in',
    ),
    ...when(idHeader !== undefined && !isSigned('id'), 'idHeader', 'is no part of /settings/template: add {id}'),
  ];
}

/** The value is never shown. */
function keyProblems(
  { secretEncoding }: Settings,
  { keys }: Readonly<Record<string, string>>,
): readonly FieldProblem[] {
  const list: unknown = keys === undefined ? [] : JSON.parse(keys);
  if (!Array.isArray(list)) return [];
  return list.flatMap((key: unknown, i): readonly FieldProblem[] => {
    if (typeof key === 'string' && keyBytes(key, secretEncoding) !== undefined) return [];
    return [{ field: `/secrets/keys/${i}`, message: `is not written in ${secretEncoding} (/settings/secretEncoding)` }];
  });
}

function modeProblems(settings: Settings): readonly FieldProblem[] {
  const { mode, callbackUser } = settings;
  const changes = ['idempotencyPath', 'updatedAtPath', 'sequencePath'];
  return [
    ...when(
      mode === 'basic' && callbackUser === undefined,
      'callbackUser',
      'is needed: the user that the gateway sends',
    ),
    ...when(
      mode === 'fetch' && changes.every((name) => settings[name] === undefined),
      'idempotencyPath',
      'is needed, or updatedAtPath or sequencePath: without something that differs, the second change of a payment ' +
        'comes in the same bytes as the first and is taken for its repeat',
    ),
  ];
}

function placeProblems(settings: Settings): readonly FieldProblem[] {
  const has = (name: string) => settings[name] !== undefined;
  const pair = (map: string, of: string) => when(has(map) && !has(of), map, `says nothing without /settings/${of}`);
  return [
    ...pair('kindMap', 'kindPath'),
    ...pair('statusMap', 'statusPath'),
    ...pair('merchantIdPath', 'merchantId'),
    ...when(has('kind') && has('kindPath'), 'kind', 'contradicts /settings/kindPath: give one of them'),
    ...when(
      has('amountPath') && !has('currencyPath') && !has('currency'),
      'amountPath',
      'needs /settings/currencyPath, or /settings/currency: an amount without one is none',
    ),
  ];
}

function when(isSo: boolean, name: string, message: string): readonly FieldProblem[] {
  return isSo ? [{ field: `/settings/${name}`, message }] : [];
}
