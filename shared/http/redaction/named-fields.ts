import type { Finding } from './finding.ts';

/** Nothing of these is ever shown: PCI DSS calls them sensitive authentication data. */
const WHOLLY = new Set([
  ...['cvv', 'cvv2', 'cvvcode', 'cvc', 'cvc2', 'cvccode', 'cvn', 'cvn2', 'csc', 'cav2', 'cid'],
  ...['cardcode', 'cardsecuritycode', 'securitycode', 'cardverificationvalue', 'cardverificationcode'],
  ...['cardverificationnumber', 'verificationvalue', 'cardcvv', 'cardcvc'],
  ...['track', 'track1', 'track2', 'track3', 'trackdata', 'track1data', 'track2data', 'track3data', 'trackone'],
  ...['tracktwo', 'magstripe', 'magstripedata', 'magneticstripe', 'magneticstripedata', 'stripedata', 'swipedata'],
  ...['pin', 'pinblock', 'encryptedpin'],
]);
/** Numbers of cards and accounts, whatever their check digits say. */
const BUT_THE_END = new Set([
  ...['pan', 'cardnumber', 'creditcardnumber', 'ccnumber', 'primaryaccountnumber', 'fpan', 'dpan'],
  ...['iban', 'bban', 'accountnumber', 'bankaccountnumber', 'accountno', 'routingnumber'],
]);
const SHOWN = 4;
/** Shorter than this, the end would be too much of it. */
const FEWEST_WITH_END = 12;

/** Name, then value; of several values the one that is there. Bounded where a sender could make them run long. */
const FORMS: readonly RegExp[] = [
  // JSON, also JSON inside a text of JSON.
  /"([\w.-]{2,40})\\{0,8}"\s{0,32}:\s{0,32}(?:\\{0,8}"([^"\\]*(?:\\[^"][^"\\]*)*)|(-?\d[\d.eE+-]*))/dg,
  // XML, with a prefix or not.
  /<(?:[\w.-]{1,40}:)?([\w.-]{2,40})(?:\s[^<>]*)?>\s{0,32}(?:<!\[CDATA\[)?([^<\]]*)/dg,
  // Forms, attributes, and name = value in a text.
  /([\w.[\]-]{2,64})\s{0,8}=\s{0,8}(?:"([^"]*)"|'([^']*)'|([^&\s;,<>"']*))/dg,
];

/** Values of fields whose name says what they hold. */
export function namedFieldsIn(text: string): readonly Finding[] {
  return FORMS.flatMap((form) =>
    [...text.matchAll(form)].flatMap((found): readonly Finding[] => {
      const name = plainName(found[1] ?? '');
      if (!WHOLLY.has(name) && !BUT_THE_END.has(name)) return [];
      const [start, end] = found.indices?.slice(2).find((place) => place !== undefined) ?? [0, 0];
      const keepsEnd = BUT_THE_END.has(name) && end - start >= FEWEST_WITH_END;
      return [{ start, end: keepsEnd ? end - SHOWN : end }];
    }),
  );
}

/** `card[CVV]`, `card.cvv` and `Card_Verification-Value` go by their last part, letters and digits of it. */
function plainName(name: string): string {
  const last = name.split(/[.[\]]/).findLast((part) => part !== '') ?? '';
  return last.toLowerCase().replace(/[^a-z0-9]/g, '');
}
