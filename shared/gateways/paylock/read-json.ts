import { jsonTokens } from '../json-tokens.ts';
import type { BodyReading, BodyValue } from './body-value.ts';

/** JSON text to a value whose numbers are the texts that were written: 1.10 stays so, and an id keeps its last digits. */
export function readJson(text: string, maxDepth: number): BodyReading {
  const tokens = jsonTokens(text);
  if (tokens === undefined) {
    return { ok: false, reason: 'not_json', detail: 'The body is not JSON: truncated, damaged or something else.' };
  }
  try {
    const value = new TokenReader(tokens, maxDepth).value(0);
    if (typeof value === 'object' && value !== null) return { ok: true, value };
    return { ok: false, reason: 'not_json', detail: 'The JSON body is neither an object nor a list.' };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { ok: false, reason: error.reason, detail: error.message };
  }
}

/** Leaves the recursion; never leaves this file. */
class Refused extends Error {
  readonly reason: string;
  constructor(reason: string, detail: string) {
    super(detail);
    this.reason = reason;
  }
}

class TokenReader {
  readonly #tokens: readonly string[];
  readonly #maxDepth: number;
  #at = 0;

  /** `tokens`: of a text that is JSON. */
  constructor(tokens: readonly string[], maxDepth: number) {
    this.#tokens = tokens;
    this.#maxDepth = maxDepth;
  }

  value(depth: number): BodyValue {
    if (depth > this.#maxDepth)
      throw new Refused('too_deep', `The JSON body is nested deeper than ${this.#maxDepth} levels.`);
    const token = this.#next();
    if (token === '{') return this.#map(depth);
    if (token === '[') return this.#list(depth);
    if (token.startsWith('"')) return textOf(token);
    return token === 'null' ? null : token;
  }

  #map(depth: number): BodyValue {
    const members = new Map<string, BodyValue>();
    for (let token = this.#next(); token !== '}'; token = this.#next()) {
      if (token === ',') continue;
      const name = textOf(token);
      // Readers disagree on which of two counts: nothing is concluded from either.
      if (members.has(name)) throw new Refused('member_twice', 'The JSON body has a member twice in one object.');
      this.#next();
      members.set(name, this.value(depth + 1));
    }
    return Object.fromEntries(members);
  }

  #list(depth: number): BodyValue {
    const items: BodyValue[] = [];
    for (;;) {
      const token = this.#tokens[this.#at];
      if (token === ']' || token === undefined) break;
      if (token === ',') this.#at += 1;
      else items.push(this.value(depth + 1));
    }
    this.#at += 1;
    return items;
  }

  #next(): string {
    const token = this.#tokens[this.#at] ?? '}';
    this.#at += 1;
    return token;
  }
}

function textOf(token: string): string {
  const text: unknown = JSON.parse(token);
  return typeof text === 'string' ? text.toWellFormed() : '';
}
