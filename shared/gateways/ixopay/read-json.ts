import { isDeeperThan } from '../is-deeper-than.ts';
import type { BodyReading } from './body-reading.ts';
import { isTree } from './field-reader.ts';

/** JSON text to an object; nesting is bounded before anything is built. */
export function readJson(text: string, maxDepth: number): BodyReading {
  if (isDeeperThan(text, maxDepth)) {
    return { ok: false, reason: 'too_deep', detail: `The JSON body is nested deeper than ${maxDepth} levels.` };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'not_json', detail: 'The body begins like JSON and is not: truncated or damaged.' };
  }
  if (!isTree(value)) return { ok: false, reason: 'not_json', detail: 'The JSON body is not an object.' };
  return { ok: true, tree: value };
}
