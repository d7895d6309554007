import { expect } from 'vitest';
import type { Page, PageRequest } from '#shared/registry/records.ts';

/** All items of a list, page by page; a page may be short or empty, only a null cursor ends the list. */
export async function allPages<T>(limit: number, list: (page: PageRequest) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null | undefined;
  for (let pages = 0; cursor !== null; pages++) {
    expect(pages, 'the list does not end').toBeLessThan(1000);
    const page = await list(cursor === undefined ? { limit } : { limit, cursor });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    items.push(...page.items);
    cursor = page.cursor;
  }
  return items;
}
