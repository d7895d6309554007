import { readXml, type XmlElement } from '../xml.ts';
import type { BodyReading } from './body-reading.ts';
import type { Tree } from './field-reader.ts';

type Value = string | { readonly [name: string]: Value } | readonly Value[];

/** XML v2 names and what JSON v3 calls the same (wire 2.3, 2.4). */
const CALLBACK_NAMES = new Map([
  ['referenceId', 'uuid'],
  ['transactionId', 'merchantTransactionId'],
  ['customerProfile', 'customerProfileData'],
  ['customerData', 'customer'],
]);
const DISPUTE_NAMES = new Map([
  ['originalReferenceId', 'originalUuid'],
  ['originalTransactionId', 'originalMerchantTransactionId'],
  ['chargebackReferenceId', 'chargebackUuid'],
]);
const SCHEDULE_NAMES = new Map([
  ['scheduleId', 'scheduleId'],
  ['scheduleStatus', 'scheduleStatus'],
  ['scheduledAt', 'scheduledAt'],
  ['scheduleMerchantMetaData', 'merchantMetaData'],
]);
/** Built from several elements below, or known under another name in XML: an element of such a name is an unknown one. */
const NOT_XML_NAMES = new Set([...CALLBACK_NAMES.values(), 'scheduleData', 'schedules']);
const BUILT = new Set([...SCHEDULE_NAMES.keys(), 'errors', 'extraData', 'returnData']);

/** An XML v2 callback as a tree in the field names of JSON v3. Every value stays text; a repeated element is a list. */
export function readXmlCallback(text: string, maxDepth: number): BodyReading {
  const reading = readXml(text, maxDepth);
  if (!reading.ok) return reading;
  const { root } = reading;
  if (root.name !== 'callback') {
    return { ok: false, reason: 'unknown_document', detail: 'The outermost XML element is not "callback".' };
  }
  return { ok: true, tree: callbackTree(root) };
}

function callbackTree(root: XmlElement): Tree {
  const plain = root.children.filter((child) => !BUILT.has(child.name) && !NOT_XML_NAMES.has(child.name));
  const built = (name: string): XmlElement[] => root.children.filter((child) => child.name === name);
  const schedule = root.children.filter((child) => SCHEDULE_NAMES.has(child.name));
  const sections: [string, Value][] = [];
  if (schedule.length > 0) sections.push(['scheduleData', objectOf(schedule, SCHEDULE_NAMES)]);
  const errors = built('errors').flatMap((list) => list.children.filter((child) => child.name === 'error'));
  if (errors.length > 0) sections.push(['errors', errors.map((error) => objectOf(error.children, new Map()))]);
  const extraData = built('extraData');
  if (extraData.length > 0) sections.push(['extraData', extraDataOf(extraData)]);
  const [returnData] = built('returnData');
  if (returnData && returnData.children.length > 0) sections.push(['returnData', returnDataOf(returnData)]);
  return Object.fromEntries([...Object.entries(objectOf(plain, CALLBACK_NAMES)), ...sections]);
}

function objectOf(elements: readonly XmlElement[], names: ReadonlyMap<string, string>): Record<string, Value> {
  const values = new Map<string, Value[]>();
  for (const element of elements) {
    const name = names.get(element.name) ?? element.name;
    const list = values.get(name) ?? [];
    list.push(textOrFields(element));
    values.set(name, list);
  }
  return Object.fromEntries([...values].map(([name, list]) => [name, list.length === 1 ? (list[0] ?? '') : list]));
}

function textOrFields(element: XmlElement): Value {
  const isDispute = element.name === 'chargebackData' || element.name === 'chargebackReversalData';
  return element.children.length > 0 ? objectOf(element.children, isDispute ? DISPUTE_NAMES : new Map()) : element.text;
}

function extraDataOf(entries: readonly XmlElement[]): Record<string, Value> {
  return Object.fromEntries(entries.map((entry) => [entry.attributes.get('key') ?? '', entry.text]));
}

/** `<returnData type="creditcardData"><creditcardData>…`: the type, and the variant nested under its name. */
function returnDataOf(returnData: XmlElement): Record<string, Value> {
  const type = returnData.attributes.get('type');
  const variants = objectOf(returnData.children, new Map());
  return type === undefined ? variants : { ...variants, _TYPE: type };
}
