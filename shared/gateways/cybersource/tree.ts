/** A JSON object of unknown content. */
export type Tree = Readonly<Record<string, unknown>>;

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Own property only: a name such as `constructor` in a body means nothing. */
export function own(value: unknown, name: string): unknown {
  return isTree(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** What stands under a path of names, `orderInformation.amountDetails.currency`; undefined where one is missing. */
export function at(value: unknown, path: string): unknown {
  return path.split('.').reduce(own, value);
}

/** Text that is not empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
