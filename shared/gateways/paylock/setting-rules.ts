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
    ...(settings['mode'] === 'hmac'
      ? [...timeProblems(settings), ...borderProblems(settings), ...keyProblems(settings, secrets)]
      : []),
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

/** The sender chooses how long they are. Time and digest have one length, method and path are what the URL allows. */
const OF_ANY_LENGTH: readonly SignedPart[] = ['query', 'id', 'body'];
/** Of these nothing can be cut off, or put before or behind, without breaking them. */
const CLOSED_FORMATS: readonly unknown[] = ['json', 'xml', 'jsv'];

/** Two parts that only stand side by side can be parted elsewhere under the same signature: a field moves into the body, or out. */
function borderProblems({ template, bodyFormat }: Settings): readonly FieldProblem[] {
  if (CLOSED_FORMATS.includes(bodyFormat)) return [];
  let before: SignedPart | undefined;
  let between = '';
  for (const piece of readTemplate(String(template)) ?? []) {
    if ('literal' in piece) between += piece.literal;
    else if (piece.part === 'timestamp' || piece.part === 'sha256hex:body') before = undefined;
    else if (OF_ANY_LENGTH.includes(piece.part)) {
      // Neither a query nor an id can hold white space.
      if (before !== undefined && !/\s/.test(between)) return [borderProblem(before, piece.part)];
      before = piece.part;
      between = '';
    }
  }
  return [];
}

function borderProblem(before: SignedPart, after: SignedPart): FieldProblem {
  const message =
    `does not say where {${before}} ends and {${after}} begins, so that under one signature a part of either could be moved ` +
    'into the other: if the gateway writes no line feed between them, say in /settings/bodyFormat that bodies are json, xml or jsv';
  return { field: '/settings/template', message };
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
