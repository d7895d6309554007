import { createHash } from 'node:crypto';

/** What can be signed beside the template's own letters. */
export const SIGNED_PARTS = ['body', 'sha256hex:body', 'timestamp', 'method', 'path', 'query', 'id'] as const;
export type SignedPart = (typeof SIGNED_PARTS)[number];

export type TemplatePiece = { readonly literal: string } | { readonly part: SignedPart };

const PLACEHOLDER = /\{([^{}]*)\}/g;

/** The pieces of a template; undefined where a brace is open, or names no part: a misspelled one would sign something else. */
export function readTemplate(text: string): readonly TemplatePiece[] | undefined {
  const pieces: TemplatePiece[] = [];
  let from = 0;
  for (const match of text.matchAll(PLACEHOLDER)) {
    const part = SIGNED_PARTS.find((known) => known === match[1]);
    if (part === undefined) return undefined;
    pieces.push({ literal: text.slice(from, match.index) }, { part });
    from = match.index + match[0].length;
  }
  pieces.push({ literal: text.slice(from) });
  const whole = pieces.filter((piece) => !('literal' in piece) || piece.literal !== '');
  return whole.some((piece) => 'literal' in piece && /[{}]/.test(piece.literal)) ? undefined : whole;
}

export function hasPart(pieces: readonly TemplatePiece[], ...parts: readonly SignedPart[]): boolean {
  return pieces.some((piece) => 'part' in piece && parts.includes(piece.part));
}

/** Texts of a request that a template may name; the body stays bytes: it need not be text at all. */
export interface SignedRequest {
  readonly body: Uint8Array;
  readonly timestamp: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly id: string;
}

/** The byte strings that are signed, one behind the other. */
export function signedBytes(pieces: readonly TemplatePiece[], request: SignedRequest): readonly Uint8Array[] {
  return pieces.map((piece) => {
    if ('literal' in piece) return Buffer.from(piece.literal);
    if (piece.part === 'body') return request.body;
    if (piece.part === 'sha256hex:body') return Buffer.from(createHash('sha256').update(request.body).digest('hex'));
    return Buffer.from(request[piece.part]);
  });
}
