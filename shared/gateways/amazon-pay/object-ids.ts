/** What the API calls its objects: the word in the path, in `declared.as` and in `ask.as`. */
export const OBJECT_TYPES = ['charge', 'refund', 'chargePermission'] as const;
export type ObjectType = (typeof OBJECT_TYPES)[number];

/** Nothing that could take a path apart. Amazon's own are like S01-5105180-3221187-C056351. */
const ID = /^[A-Za-z0-9-]{1,64}$/;
const CHARGE_ID = /^[A-Z]\d{2}-\d{7}-\d{7}-C\d{6}$/;
const REFUND_ID = /^[A-Z]\d{2}-\d{7}-\d{7}-R\d{6}$/;
const PERMISSION_ID = /^[A-Z]\d{2}-\d{7}-\d{7}$/;

export function isObjectId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}

/** What an id of Amazon's form names: a charge's is that of its permission with `-C` and six digits, a refund's with `-R`. */
export function typeOfId(id: string): ObjectType | undefined {
  if (CHARGE_ID.test(id)) return 'charge';
  if (REFUND_ID.test(id)) return 'refund';
  return PERMISSION_ID.test(id) ? 'chargePermission' : undefined;
}

export function isObjectType(value: unknown): value is ObjectType {
  return OBJECT_TYPES.some((type) => type === value);
}
