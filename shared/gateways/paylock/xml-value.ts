import type { XmlElement } from '../xml.ts';
import { appendTo, type BodyMap, type BodyValue, oneOrList } from './body-value.ts';

/** What stands inside the outermost element: its own name says nothing that a path could need. */
export function valueOfXml(root: XmlElement): BodyMap {
  return Object.fromEntries(membersOf(root));
}

/** Children by their local names, several of one name as a list; attributes beside them, where no child has the name. */
function membersOf({ attributes, children, text }: XmlElement): ReadonlyMap<string, BodyValue> {
  const members = new Map<string, BodyValue[]>();
  for (const child of children) appendTo(members, child.name, valueOfElement(child));
  const values = new Map([...members].map(([name, list]) => [name, oneOrList(list)] as const));
  for (const [name, value] of attributes) if (!values.has(name)) values.set(name, value);
  if (text !== '') values.set('', text);
  return values;
}

function valueOfElement(element: XmlElement): BodyValue {
  if (element.attributes.get('nil') === 'true') return null;
  const hasMembers = element.children.length > 0 || element.attributes.size > 0;
  return hasMembers ? Object.fromEntries(membersOf(element)) : element.text;
}
