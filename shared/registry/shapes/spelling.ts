import * as z from 'zod';
import type { FieldProblem } from '#shared/gateways/gateway.ts';
import type { JsonValue } from '#shared/model/fact.ts';
import { isList } from './as-object.ts';
import { soundsSecret } from './secret-name.ts';

/** A document under the names of its manual, and what is needed to speak of it in its own. */
export interface Spelling {
  /** Known members under their manual's spelling; others as they are. */
  readonly canonical: JsonValue;
  /** As it came, without secrets. */
  readonly document: JsonValue;
  /** JSON pointers of the secrets that were left out, in the document's own spelling. */
  readonly omitted: readonly string[];
  /** Members that are there twice, spelled differently. */
  readonly problems: readonly FieldProblem[];
  /** JSON pointer, as the document spells it, of a path in `canonical`; what is not there, as the manual does. */
  pointer(path: readonly PropertyKey[]): string;
}

/** No document of ours is deeper. */
const MAX_DEPTH = 32;

/**
 * Reads member names whatever their case (the manuals' own examples differ), and takes secrets out.
 * `secrets`: those known, as `config.password`; of members that the schema does not know, all that sound like one.
 */
export function spellingOf(schema: z.ZodObject, input: JsonValue, secrets: ReadonlySet<string>): Spelling {
  const walk: Walk = { secrets, omitted: [], pointers: new Map(), problems: [] };
  const { canonical, document } = walkValue(walk, { schema, value: input, path: [], pointer: '', isSecret: false });
  return {
    canonical,
    document: document ?? null,
    omitted: walk.omitted,
    problems: walk.problems,
    pointer: (path) => pointerOf(walk.pointers, path),
  };
}

interface Walk {
  readonly secrets: ReadonlySet<string>;
  readonly omitted: string[];
  /** Canonical pointer → pointer as spelled. */
  readonly pointers: Map<string, string>;
  readonly problems: FieldProblem[];
}

interface Place {
  /** Undefined: the manual knows nothing of what is here. */
  readonly schema: z.ZodType | undefined;
  readonly value: JsonValue;
  readonly path: readonly string[];
  readonly pointer: string;
  readonly isSecret: boolean;
}

interface Walked {
  readonly canonical: JsonValue;
  /** Undefined: a secret, left out. */
  readonly document: JsonValue | undefined;
}

function walkValue(walk: Walk, place: Place): Walked {
  const { value, path, pointer } = place;
  walk.pointers.set(escaped(path), pointer);
  if (place.isSecret && value !== null && value !== '') {
    walk.omitted.push(pointer);
    return { canonical: value, document: undefined };
  }
  if (typeof value !== 'object' || value === null) return { canonical: value, document: value };
  if (path.length > MAX_DEPTH) {
    walk.problems.push({ field: pointer, message: `is nested more than ${MAX_DEPTH} levels deep` });
    return { canonical: null, document: null };
  }
  return isList(value) ? walkList(walk, place, value) : walkMembers(walk, place, value);
}

function walkList(walk: Walk, place: Place, items: readonly JsonValue[]): Walked {
  const schema = inner(place.schema);
  const element = schema instanceof z.ZodArray ? asType(schema.element) : undefined;
  const walked = items.map((value, index) =>
    walkValue(walk, {
      ...{ schema: element, value, isSecret: false },
      ...{ path: [...place.path, String(index)], pointer: `${place.pointer}/${index}` },
    }),
  );
  return {
    canonical: walked.map(({ canonical }) => canonical),
    document: walked.map(({ document }) => document ?? null),
  };
}

function walkMembers(walk: Walk, place: Place, members: { readonly [name: string]: JsonValue }): Walked {
  const schema = inner(place.schema);
  const shape: Readonly<Record<string, unknown>> = schema instanceof z.ZodObject ? schema.shape : {};
  const known = new Map(Object.keys(shape).map((name) => [name.toLowerCase(), name]));
  const canonical = new Map<string, JsonValue>();
  const document = new Map<string, JsonValue>();
  for (const [spelled, value] of Object.entries(members)) {
    const name = known.get(spelled.toLowerCase());
    const path = [...place.path, name ?? spelled];
    const pointer = `${place.pointer}/${pointerPart(spelled)}`;
    if (canonical.has(name ?? spelled)) {
      const first = walk.pointers.get(escaped(path)) ?? '';
      walk.problems.push({ field: pointer, message: `is the same as ${first}: say it once` });
      continue;
    }
    const isSecret = name === undefined ? soundsSecret(spelled) : walk.secrets.has(named(path));
    const child = asType(name === undefined ? undefined : shape[name]);
    const walked = walkValue(walk, { schema: child, value, path, pointer, isSecret });
    canonical.set(name ?? spelled, walked.canonical);
    if (walked.document !== undefined) document.set(spelled, walked.document);
  }
  return { canonical: Object.fromEntries(canonical), document: Object.fromEntries(document) };
}

/** Without what says "may be null" or "may be left out". */
function inner(schema: z.ZodType | undefined): z.ZodType | undefined {
  let at = schema;
  while (at instanceof z.ZodOptional || at instanceof z.ZodNullable) at = asType(at.unwrap());
  return at;
}

function asType(schema: unknown): z.ZodType | undefined {
  return schema instanceof z.ZodType ? schema : undefined;
}

/** `terminals.terminalId`: the place in any item of a list. */
function named(path: readonly string[]): string {
  return path.filter((part) => !/^\d+$/.test(part)).join('.');
}

function pointerOf(pointers: ReadonlyMap<string, string>, path: readonly PropertyKey[]): string {
  for (let length = path.length; length > 0; length--) {
    const found = pointers.get(escaped(path.slice(0, length)));
    if (found !== undefined) return found + escaped(path.slice(length));
  }
  return escaped(path);
}

function escaped(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${pointerPart(String(part))}`).join('');
}

function pointerPart(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}
