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
