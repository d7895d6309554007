import type { Page, PageRequest } from '#shared/registry/records.ts';
import { DEFAULT_LIMIT, MAX_LIMIT } from '../shapes/common.ts';

/** What a list's query asks for, as a store takes it. */
export function pageRequest(query: { readonly limit?: number; readonly cursor?: string }): PageRequest {
  const { limit = DEFAULT_LIMIT, cursor } = query;
  return cursor === undefined ? { limit } : { limit, cursor };
}

/** A page of the items that are wanted: reads on while the store's pages leave it short. */
export async function filteredPage<T>(
  request: PageRequest,
  read: (page: PageRequest) => Promise<Page<T>>,
  wanted: (item: T) => boolean,
): Promise<Page<T>> {
  const items: T[] = [];
  let next: PageRequest = request;
  for (;;) {
    const page = await read(next);
    items.push(...page.items.filter(wanted));
    // Asks for no more than is missing, so that the cursor is right behind the last item given.
    const missing = request.limit - items.length;
    if (page.cursor === null || missing === 0) return { items, cursor: page.cursor };
    next = { limit: missing, cursor: page.cursor };
  }
}

/** Every page of a list, at the greatest size, the first included. */
export async function* allPages<T>(
  first: Page<T>,
  read: (page: PageRequest) => Promise<Page<T>>,
): AsyncGenerator<readonly T[]> {
  let page = first;
  for (;;) {
    yield page.items;
    if (page.cursor === null) return;
    page = await read({ limit: MAX_LIMIT, cursor: page.cursor });
  }
}
