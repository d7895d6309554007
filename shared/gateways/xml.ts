import { XMLParser, XMLValidator } from 'fast-xml-parser';

/** An element by its local name: white labels carry other namespaces (wire 2.3). */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Character data of the element itself, references decoded, outer white space trimmed. */
  readonly text: string;
}

export type XmlReading =
  | { readonly ok: true; readonly root: XmlElement }
  | { readonly ok: false; readonly reason: XmlRefusal; readonly detail: string };

export type XmlRefusal = 'not_xml' | 'not_utf8' | 'doctype_refused' | 'entity_refused' | 'too_deep';

/** No DTD, no entities beyond the five of XML 1.0 and character references, values as text. */
export function readXml(text: string, maxDepth: number): XmlReading {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) {
    return refusal('doctype_refused', 'The XML body has a document type declaration, which is never read.');
  }
  const encoding = /^<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)["']/.exec(text)?.[1];
  if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8') {
    return refusal('not_utf8', 'The XML declaration names an encoding other than UTF-8.');
  }
  try {
    if (XMLValidator.validate(text) !== true)
      return refusal('not_xml', 'The XML body is truncated or not well-formed.');
    const nodes: unknown = parserOf(maxDepth).parse(text);
    return onlyRoot(elementsOf(nodes));
  } catch (error) {
    return refusalOf(error, maxDepth);
  }
}

function parserOf(maxDepth: number): XMLParser {
  return new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    removeNSPrefix: true,
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: false,
    cdataPropName: CDATA,
    ignoreDeclaration: true,
    ignorePiTags: true,
    processEntities: false,
    maxNestedTags: maxDepth,
    jPath: false,
  });
}

const TEXT = '#text';
const CDATA = '#cdata';
const ATTRIBUTES = ':@';

class EntityRefused extends Error {}

/** fast-xml-parser's ordered form: `[{name: [children], ':@': {attribute: value}}, {'#text': value}]`. */
function elementsOf(nodes: unknown): XmlElement[] {
  return objectsOf(nodes).flatMap((node) => {
    const name = Object.keys(node).find((key) => key !== ATTRIBUTES && key !== TEXT && key !== CDATA);
    return name === undefined ? [] : [elementOf(name, node[name], node[ATTRIBUTES])];
  });
}

function elementOf(name: string, content: unknown, attributes: unknown): XmlElement {
  const pairs = typeof attributes === 'object' && attributes !== null ? Object.entries(attributes) : [];
  const text = objectsOf(content).map((node) => (CDATA in node ? plainText(node[CDATA]) : decoded(node[TEXT])));
  return {
    name,
    attributes: new Map(pairs.map(([key, value]) => [key, decoded(value)])),
    children: elementsOf(content),
    text: text.join('').trim(),
  };
}

function objectsOf(nodes: unknown): Record<string, unknown>[] {
  const isNode = (node: unknown): node is Record<string, unknown> => typeof node === 'object' && node !== null;
  return Array.isArray(nodes) ? nodes.filter(isNode) : [];
}

function plainText(cdata: unknown): string {
  return objectsOf(cdata)
    .map((node) => String(node[TEXT] ?? ''))
    .join('');
}

const PREDEFINED: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

function decoded(value: unknown): string {
  const text = typeof value === 'string' ? value : '';
  return text.replace(/&([^;&]*);?/g, (reference, name: string) => {
    const character = reference.endsWith(';') ? (PREDEFINED.get(name) ?? characterOf(name)) : undefined;
    if (character === undefined) throw new EntityRefused();
    return character;
  });
}

/** A character reference of XML 1.0, and nothing that XML may not hold. */
function characterOf(name: string): string | undefined {
  const [, hex, decimal] = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(name) ?? [];
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  if (!(code <= 0x10ffff)) return undefined;
  const character = String.fromCodePoint(code);
  return /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]$/u.test(character) ? character : undefined;
}

function onlyRoot(roots: readonly XmlElement[]): XmlReading {
  const [root] = roots;
  return root && roots.length === 1
    ? { ok: true, root }
    : refusal('not_xml', 'The XML body must have exactly one outermost element.');
}

function refusalOf(error: unknown, maxDepth: number): XmlReading {
  if (error instanceof EntityRefused) {
    return refusal(
      'entity_refused',
      'The XML body has a reference beyond the five predefined ones and valid characters.',
    );
  }
  if (error instanceof Error && error.message.includes('nested tags')) {
    return refusal('too_deep', `The XML body is nested deeper than ${maxDepth} levels.`);
  }
  return refusal('not_xml', 'The XML body is truncated or not well-formed.');
}

function refusal(reason: XmlRefusal, detail: string): XmlReading {
  return { ok: false, reason, detail };
}
