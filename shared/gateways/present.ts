/** The same object type with every possibly undefined property made optional. */
export type Present<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Leaves out the properties that are undefined: absent values are absent, never `undefined` (RFC 8785 has no such word). */
export function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}

/** Like {@link present}, and nothing at all when no property is left. */
export function presentOrAbsent<T extends object>(fields: T): Present<T> | undefined {
  const kept = present(fields);
  return Object.keys(kept).length > 0 ? kept : undefined;
}
