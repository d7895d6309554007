export const BODY_FORMATS = ['json', 'xml', 'form', 'jsv'] as const;
export type BodyFormat = (typeof BODY_FORMATS)[number];

/**
 * What a body says, in whatever format: no numbers and no truth, but the texts that stand for them, so that every digit is
 * kept. An XML element with attributes and text is a map whose text has the name ''.
 */
export type BodyValue = string | null | readonly BodyValue[] | BodyMap;
export interface BodyMap {
  readonly [name: string]: BodyValue;
}

/** Or why it is none: `reason` is a stable code, `detail` for people; neither quotes the body. */
export type BodyReading =
  | { readonly ok: true; readonly value: BodyValue }
  | { readonly ok: false; readonly reason: string; readonly detail: string };

function isMap(value: BodyValue | undefined): value is BodyMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The value at a path of names joined by dots, from outside to inside. A name that is a number counts in a list, and stands
 * for the value itself where a list of one came as one (XML). A form's name may hold the dots itself. Own members only.
 */
export function valueAt(value: BodyValue, path: string): BodyValue | undefined {
  return walk(value, path.split('.'));
}

function walk(value: BodyValue, names: readonly string[]): BodyValue | undefined {
  const [name, ...rest] = names;
  if (name === undefined) return value;
  const index = /^\d{1,6}$/.test(name) ? Number(name) : undefined;
  if (Array.isArray(value)) {
    const item: BodyValue | undefined = index === undefined ? undefined : value[index];
    return item === undefined ? undefined : walk(item, rest);
  }
  if (!isMap(value)) return index === 0 ? walk(value, rest) : undefined;
  const joined = names.join('.');
  if (rest.length > 0 && Object.hasOwn(value, joined)) return value[joined];
  const member = Object.hasOwn(value, name) ? value[name] : undefined;
  if (member !== undefined) return walk(member, rest);
  return index === 0 ? walk(value, rest) : undefined;
}

/** The text of a value; undefined for what is absent, null, empty, a list or a map without text of its own. */
export function textOf(value: BodyValue | undefined): string | undefined {
  const text = isMap(value) && Object.hasOwn(value, '') ? value[''] : value;
  return typeof text === 'string' && text !== '' ? text : undefined;
}

/** Values that come under one name, in their order. */
export function appendTo(members: Map<string, BodyValue[]>, name: string, value: BodyValue): void {
  const known = members.get(name);
  if (known === undefined) members.set(name, [value]);
  else known.push(value);
}

export function oneOrList(values: readonly BodyValue[]): BodyValue {
  const [only = null, ...more] = values;
  return more.length === 0 ? only : values;
}
