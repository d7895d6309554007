import type { JsonValue } from '#shared/model/fact.ts';

/** Writes JSV as ServiceStack does: unquoted where it may be, `True` and `False`, no members that are null. */
export function writeJsv(value: JsonValue): string {
  if (value === null) return '';
  if (typeof value === 'string') return writeText(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return `[${value.map(writeItem).join(',')}]`;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return `{${members.map(([name, member]) => `${writeText(name)}:${writeJsv(member)}`).join(',')}}`;
}

/** A list of one null and an empty list would look alike: null in a list is written as empty text. */
function writeItem(item: JsonValue): string {
  return item === null ? '""' : writeJsv(item);
}

/** Quoted also where a reader would trim it, or take it for nothing. */
function writeText(text: string): string {
  const isPlain = text !== '' && text === text.trim() && !/[{}[\],:"\r\n]/.test(text);
  return isPlain ? text : `"${text.replaceAll('"', '""')}"`;
}
