interface Decimal {
  readonly units: bigint;
  /** Behind the point. */
  readonly digits: number;
}

const DECIMAL = /^(\d{1,64})(?:\.(\d{1,64}))?$/;

/**
 * Less than 0, 0, or more, exact whatever the number of digits: "10" is "10.00". Undefined where one of them is no decimal
 * text without a sign.
 */
export function compareDecimals(one: string, other: string): number | undefined {
  const pair = aligned(one, other);
  if (pair === undefined) return undefined;
  const [a, b] = pair.units;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The exact sum as decimal text; undefined as in {@link compareDecimals}. */
export function sumOfDecimals(one: string, other: string): string | undefined {
  const pair = aligned(one, other);
  if (pair === undefined) return undefined;
  const text = String(pair.units[0] + pair.units[1]).padStart(pair.digits + 1, '0');
  return pair.digits === 0 ? text : `${text.slice(0, -pair.digits)}.${text.slice(-pair.digits)}`;
}

function aligned(
  one: string,
  other: string,
): { readonly units: [bigint, bigint]; readonly digits: number } | undefined {
  const [a, b] = [readDecimal(one), readDecimal(other)];
  if (a === undefined || b === undefined) return undefined;
  const digits = Math.max(a.digits, b.digits);
  const shifted = (decimal: Decimal) => decimal.units * 10n ** BigInt(digits - decimal.digits);
  return { units: [shifted(a), shifted(b)], digits };
}

function readDecimal(text: string): Decimal | undefined {
  const [, whole, fraction = ''] = DECIMAL.exec(text) ?? [];
  return whole === undefined ? undefined : { units: BigInt(whole + fraction), digits: fraction.length };
}
