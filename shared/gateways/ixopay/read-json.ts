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

/** Brackets outside of strings, counted without building anything. */
function isDeeperThan(text: string, maxDepth: number): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index];
    if (inString) {
      if (char === '\\') index += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[') {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (char === '}' || char === ']') depth -= 1;
  }
  return false;
}
