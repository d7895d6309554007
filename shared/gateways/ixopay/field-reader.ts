import type { Anomaly } from '#shared/model/notification.ts';
import type { AnomalyCode } from '#shared/model/vocabulary.ts';
import { withoutCardNumbers } from '../card-number.ts';

/** A JSON object of unknown content, with the field names of the JSON v3 callback whatever the format was. */
export type Tree = Readonly<Record<string, unknown>>;

/** Free texts longer than this are cut, references longer than `MAX_REFERENCE` left out; the raw callback is kept anyway. */
const MAX_TEXT = 1_024;
const MAX_REFERENCE = 255;
/** The manual's longest list has 10 entries. */
const MAX_ENTRIES = 100;
/** Gateway ids are 20 hexadecimal digits as a rule; anything printable that fits a key is taken. */
const SUBJECT_ID = /^[^\p{C}\p{Z}]{1,128}$/u;

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isSubjectId(value: unknown): value is string {
  return typeof value === 'string' && SUBJECT_ID.test(value);
}

/** Own property only: a name such as `constructor` in a body means nothing. */
export function ownField(tree: Tree, name: string): unknown {
  return Object.hasOwn(tree, name) ? tree[name] : undefined;
}

/**
 * Reads fields of one object of a callback. What is absent, null or an empty text is undefined; what has the wrong type
 * is undefined and leaves an anomaly that names the field, so that a strange field never costs a payment.
 */
export class FieldReader {
  readonly #tree: Tree;
  readonly #path: string;
  readonly anomalies: Anomaly[];

  constructor(tree: Tree, path: string, anomalies: Anomaly[]) {
    this.#tree = tree;
    this.#path = path;
    this.anomalies = anomalies;
  }

  raw(name: string): unknown {
    const value = ownField(this.#tree, name);
    return value === null || value === '' ? undefined : value;
  }

  /** Full name of a field inside the callback, for anomalies: `chargebackData.amount`. */
  fieldName(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }

  flag(code: AnomalyCode, name: string, value?: string): undefined {
    const field = this.fieldName(name);
    this.anomalies.push(value === undefined ? { code, field } : { code, field, value: shown(value) });
    return undefined;
  }

  /** Free text, cut at 1,024 characters. */
  text(name: string): string | undefined {
    const text = this.#string(name, false);
    if (text === undefined || text.length <= MAX_TEXT) return text;
    this.flag('too_long', name);
    return text.slice(0, MAX_TEXT).toWellFormed();
  }

  /** A code or reference: a number counts as its decimal text; never cut, because a cut one would name something else. */
  reference(name: string): string | undefined {
    const text = this.#string(name, true);
    return text !== undefined && text.length > MAX_REFERENCE ? this.flag('too_long', name) : text;
  }

  /** The gateway's id of something. */
  subjectId(name: string): string | undefined {
    const value = this.raw(name);
    if (value === undefined || isSubjectId(value)) return value;
    return this.flag(typeof value === 'string' ? 'unreadable_id' : 'wrong_type', name);
  }

  /** A boolean, which the gateway also writes as text (wire 2.1: `"false"`). */
  boolean(name: string): boolean | undefined {
    const value = this.raw(name);
    if (value === undefined || typeof value === 'boolean') return value;
    if (value === 'true' || value === 'false') return value === 'true';
    return this.flag('wrong_type', name);
  }

  /** An empty list is an empty object: PHP, which gateway and official client are written in, encodes one so. */
  object(name: string): FieldReader | undefined {
    const value = this.raw(name);
    if (value === undefined || (Array.isArray(value) && value.length === 0)) return undefined;
    return isTree(value) ? new FieldReader(value, this.fieldName(name), this.anomalies) : this.flag('wrong_type', name);
  }

  /** A list of objects; a single object counts as a list of one (wire 2.1: scheduleData). */
  objects(name: string): FieldReader[] {
    const value = this.raw(name);
    if (value === undefined) return [];
    const entries: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (entries.length > MAX_ENTRIES) this.flag('too_many', name, String(entries.length));
    return entries.slice(0, MAX_ENTRIES).flatMap((entry, index) => {
      const label = Array.isArray(value) ? `${name}[${index}]` : name;
      if (isTree(entry)) return [new FieldReader(entry, this.fieldName(label), this.anomalies)];
      this.flag('wrong_type', label);
      return [];
    });
  }

  /** A reader of the same object that keeps its anomalies apart. */
  withAnomalies(anomalies: Anomaly[]): FieldReader {
    return new FieldReader(this.#tree, this.#path, anomalies);
  }

  #string(name: string, numbersToo: boolean): string | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    if (typeof value === 'string') return value.toWellFormed();
    if (numbersToo && typeof value === 'number') return String(value);
    return this.flag('wrong_type', name);
  }
}

function shown(value: string): string {
  return withoutCardNumbers(value.slice(0, MAX_TEXT)).slice(0, 64).toWellFormed();
}
