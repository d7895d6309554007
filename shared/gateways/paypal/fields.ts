import { readMoney } from '#shared/model/money.ts';
import type { AmountGroup, Anomaly } from '#shared/model/notification.ts';
import { at, isTree, type Tree } from './document.ts';

/** Free texts are cut, references longer than this are left out; the body is kept anyway. */
const MAX_TEXT = 255;
const MAX_LINKS = 50;
const ID = /^[A-Za-z0-9_-]{1,64}$/;
const WORD = /^[A-Za-z0-9_.-]{1,64}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})$/;

/** An id of PayPal's; undefined for anything that could be no part of a URL. */
export function idAt(tree: Tree, ...names: readonly string[]): string | undefined {
  const value = at(tree, ...names);
  return isId(value) ? value : undefined;
}

export function isId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}

/** A word of a closed list, in capitals whichever API wrote it. */
export function wordAt(tree: Tree, ...names: readonly string[]): string | undefined {
  const value = at(tree, ...names);
  return typeof value === 'string' && WORD.test(value) ? value.toUpperCase() : undefined;
}

/** A reference or text of at most 255 characters. */
export function textAt(tree: Tree, ...names: readonly string[]): string | undefined {
  const value = at(tree, ...names);
  return typeof value === 'string' && value !== '' && value.length <= MAX_TEXT ? value.toWellFormed() : undefined;
}

/** ISO 8601 UTC with milliseconds; undefined where there is no such time. */
export function timeAt(tree: Tree, ...names: readonly string[]): string | undefined {
  return readTime(at(tree, ...names));
}

export function readTime(value: unknown): string | undefined {
  if (typeof value !== 'string' || !TIME.test(value)) return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

/** The first `limit` objects of a list. */
export function treesAt(tree: Tree, limit: number, ...names: readonly string[]): readonly Tree[] {
  const list: unknown = at(tree, ...names);
  return Array.isArray(list) ? list.slice(0, limit).filter(isTree) : [];
}

/** What an object of the API links to under one of the relations: the last part of the path, and what stands before. */
export interface Link {
  readonly collection: string;
  readonly id: string;
}

const HREF = /^(?:(?:https:\/\/)?[a-z0-9.-]+(?::\d{1,5})?)?\/(v\d\/[a-z-]+\/[a-z-]+)\/([A-Za-z0-9_-]{1,64})$/;

export function linksOf(tree: Tree, rels: readonly string[]): readonly Link[] {
  return treesAt(tree, MAX_LINKS, 'links').flatMap((link) => {
    const [rel, href] = [at(link, 'rel'), at(link, 'href')];
    if (typeof rel !== 'string' || typeof href !== 'string' || !rels.includes(rel) || href.length > 512) return [];
    const [, collection, id] = HREF.exec(href) ?? [];
    return collection === undefined || id === undefined ? [] : [{ collection, id }];
  });
}

export interface AmountReading {
  readonly amount?: AmountGroup;
  readonly anomalies: readonly Anomaly[];
}

/**
 * `{value, currency_code}`, `{value, currency}` or `{total, currency}` of the older APIs, decimal text each. `signed`:
 * where PayPal writes what flows back with a minus; the kind has the direction.
 */
export function amountOf(tree: Tree, names: readonly string[], signed: boolean): AmountReading {
  const money = at(tree, ...names);
  if (!isTree(money)) return { anomalies: [] };
  const given = at(money, 'value') ?? at(money, 'total');
  const figure = signed && typeof given === 'string' ? given.replace(/^-/, '') : given;
  const currency = at(money, 'currency_code') ?? at(money, 'currency');
  const reading = readMoney(figure, currency, names.join('.'));
  return { ...(reading.money && { amount: { amount: reading.money } }), anomalies: reading.anomalies };
}
