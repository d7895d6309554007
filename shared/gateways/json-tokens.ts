/** How a JSON library writes what it has read: the same values, other bytes. */
export interface JsonStyle {
  readonly what: string;
  /** Between the members of objects and arrays, after the colon. */
  readonly comma: string;
  readonly colon: string;
  /** Blanks of one level of indentation; absent: all on one line. */
  readonly indent?: number;
  /** As PHP's json_encode does by default. */
  readonly escapeSlashes?: true;
  /** As PHP and Python do by default. */
  readonly escapeUnicode?: true;
}

const COMPACT = { comma: ',', colon: ':' };
const INDENTED = { comma: ',', colon: ': ' };

export const JSON_STYLES: readonly JsonStyle[] = [
  { what: 'compact JSON', ...COMPACT },
  { what: 'compact JSON with \\/', ...COMPACT, escapeSlashes: true },
  { what: 'compact JSON with \\u escapes', ...COMPACT, escapeUnicode: true },
  { what: 'compact JSON with \\/ and \\u escapes', ...COMPACT, escapeSlashes: true, escapeUnicode: true },
  { what: 'JSON with a blank after commas and colons', comma: ', ', colon: ': ' },
  { what: 'JSON with a blank after commas and colons, and \\u escapes', comma: ', ', colon: ': ', escapeUnicode: true },
  { what: 'JSON indented by 2', ...INDENTED, indent: 2 },
  { what: 'JSON indented by 4', ...INDENTED, indent: 4 },
  {
    what: 'JSON indented by 4 with \\/ and \\u escapes',
    ...INDENTED,
    indent: 4,
    escapeSlashes: true,
    escapeUnicode: true,
  },
];

const TOKEN = /\s*("[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+)\s*/gsy;

/**
 * The tokens of a JSON text, numbers as they are written, so that 1.0 stays 1.0. Undefined for what is no JSON.
 */
export function jsonTokens(text: string): readonly string[] | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return [...text.matchAll(TOKEN)].map(([, token = '']) => token);
}

/** The tokens written in a style. */
export function writeTokens(tokens: readonly string[], style: JsonStyle): string {
  let depth = 0;
  const line = () => (style.indent === undefined ? '' : `\n${' '.repeat(style.indent * depth)}`);
  const written = tokens.map((token, i) => {
    if (token === ',') return `${style.comma}${line()}`;
    if (token === ':') return style.colon;
    if (token === '{' || token === '[') {
      depth += 1;
      return isClosing(tokens[i + 1]) ? token : `${token}${line()}`;
    }
    if (isClosing(token)) {
      depth -= 1;
      const isEmpty = tokens[i - 1] === '{' || tokens[i - 1] === '[';
      return isEmpty ? token : `${line()}${token}`;
    }
    return token.startsWith('"') ? writeString(token, style) : token;
  });
  return written.join('');
}

function isClosing(token: string | undefined): boolean {
  return token === '}' || token === ']';
}

const BEYOND_ASCII = /[\u0080-\uffff]/g;

function writeString(token: string, style: JsonStyle): string {
  const plain = JSON.stringify(JSON.parse(token));
  const slashes = style.escapeSlashes ? plain.replaceAll('/', '\\/') : plain;
  if (!style.escapeUnicode) return slashes;
  return slashes.replace(BEYOND_ASCII, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
