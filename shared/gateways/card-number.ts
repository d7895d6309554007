/** Digits as people and machines write card numbers: in one run, or in groups parted by one space, hyphen or dot. */
const DIGIT_RUN = /\d(?:[ .-]?\d){11,}/g;
const MIN_DIGITS = 12;
const MAX_DIGITS = 19;

/** True where a text holds a run of 12 to 19 digits that passes the Luhn check (ISO/IEC 7812), grouped or not. */
export function couldHoldCardNumber(text: string): boolean {
  return (text.match(DIGIT_RUN) ?? []).some(suspicious);
}

/** The same text with every such run taken out: for the gateway's free texts, where a provider may echo a number. */
export function withoutCardNumbers(text: string): string {
  return text.replace(DIGIT_RUN, (run) => (suspicious(run) ? '[number removed]' : run));
}

/**
 * True where a text of the merchant's own (a reference, metadata) holds what is a card number by check digit, length and
 * first digits of a card scheme. Stricter than {@link couldHoldCardNumber}: every tenth order number of 12 to 19 digits
 * passes the Luhn check, and a payment without its reference is found by nobody.
 */
export function holdsSchemeNumber(text: string): boolean {
  return (text.match(DIGIT_RUN) ?? []).some(holdsGroupedSchemeNumber);
}

/** The same text with every such number taken out. */
export function withoutSchemeNumbers(text: string): string {
  return text.replace(DIGIT_RUN, (run) => (holdsGroupedSchemeNumber(run) ? '[number removed]' : run));
}

/** Last four characters of an account number, IBAN or phone number; nothing when it is too short to hide the rest, or masked there. */
export function lastFourOf(text: string): string | undefined {
  const compact = text.replace(/[\s.-]/g, '');
  const lastFour = compact.slice(-4);
  return compact.length >= 8 && /^[A-Za-z0-9]{4}$/.test(lastFour) ? lastFour : undefined;
}

function suspicious(run: string): boolean {
  // Groups may be separate numbers ("2026 0115 …"), so each unbroken part counts on its own, too.
  return [run.replace(/\D/g, ''), ...run.split(/\D/)].some(holdsLuhnNumber);
}

function holdsLuhnNumber(digits: string): boolean {
  if (digits.length < MIN_DIGITS) return false;
  if (digits.length <= MAX_DIGITS) return passesLuhn(digits);
  // Longer than any card number: one may stand inside.
  for (let length = MIN_DIGITS; length <= MAX_DIGITS; length += 1) {
    for (let start = 0; start + length <= digits.length; start += 1) {
      if (passesLuhn(digits.slice(start, start + length))) return true;
    }
  }
  return false;
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** Visa, Mastercard, American Express, Diners, JCB, Discover and RuPay, UnionPay, Maestro, Mir, UATP: as they are numbered. */
const SCHEMES: readonly RegExp[] = [
  /^4(?:\d{12}|\d{15}|\d{18})$/,
  /^(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}$/,
  /^3[47]\d{13}$/,
  /^3(?:0[0-59]|[689]\d)\d{11,16}$/,
  /^35(?:2[89]|[3-8]\d)\d{12,15}$/,
  /^(?:60|64[4-9]|65|62|8[12])\d{13,17}$/,
  /^(?:50|5[6-8]|6\d)\d{10,17}$/,
  /^220[0-4]\d{12,15}$/,
  /^1\d{14}$/,
];

/** Groups in a row may be one number; a part of an unbroken run is none. */
function holdsGroupedSchemeNumber(run: string): boolean {
  const groups = run.split(/\D/);
  return groups.some((_first, start) => {
    let digits = '';
    return groups.slice(start, start + MAX_DIGITS).some((group) => {
      digits += group;
      return isSchemeNumber(digits);
    });
  });
}

function isSchemeNumber(digits: string): boolean {
  const { length } = digits;
  const fits = length >= MIN_DIGITS && length <= MAX_DIGITS;
  return fits && SCHEMES.some((scheme) => scheme.test(digits)) && passesLuhn(digits);
}
