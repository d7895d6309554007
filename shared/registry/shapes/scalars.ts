import * as z from 'zod';
import { compareDecimals } from '#shared/model/decimal.ts';

/**
 * Values as ServiceStack reads them from JSON and from JSV: typed, or as text (`True`, `0`, `12.50`). Null and empty text
 * are "not set".
 */
function scalar<T>(what: string, read: (text: string) => T | undefined) {
  return z.unknown().transform((value, context): T | undefined => {
    if (isUnset(value)) return undefined;
    const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    const found = isPlain ? read(String(value)) : undefined;
    if (found !== undefined) return found;
    context.addIssue({ code: 'custom', message: `must be ${what}` });
    return z.NEVER;
  });
}

export function isUnset(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

export const GUID = /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** As it was written. */
export const guidValue = scalar('a Guid: 32 hexadecimal digits, with or without dashes', (text) =>
  GUID.test(text) ? text : undefined,
);

/** One Guid, however it is written. */
export function bareGuid(text: string): string {
  return text.replaceAll('-', '').toLowerCase();
}

export const boolValue = scalar('true or false', (text) => {
  if (!/^(?:true|false)$/i.test(text)) return undefined;
  return text.toLowerCase() === 'true';
});

export const intValue = scalar('a whole number', (text) => (/^-?\d{1,10}$/.test(text) ? Number(text) : undefined));

/** 0 or 1, as a number or as text; not true or false. */
export const switchValue = scalar('0 or 1', (text) => (/^[01]$/.test(text) ? text === '1' : undefined));

/** Decimal text, without superfluous zeros in front. */
export const amountValue = scalar('an amount that is not negative, as 12.50', (text) =>
  /^\d{1,28}(?:\.\d{1,28})?$/.test(text) ? text.replace(/^0+(?=\d)/, '') : undefined,
);

/** Less than 0, 0, or more: exact, whatever the number of digits. Of values that {@link amountValue} has read. */
export function compareAmounts(one: string, other: string): number {
  return compareDecimals(one, other) ?? 0;
}

export function isZero(amount: string): boolean {
  return compareAmounts(amount, '0') === 0;
}
