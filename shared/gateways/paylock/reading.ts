import { settingText } from './setting-text.ts';

type Settings = Readonly<Record<string, unknown>>;

const TEXTS = [
  ...['bodyFormat', 'itemsPath', 'idempotencyPath', 'idPath', 'kindPath', 'kind', 'statusPath', 'amountPath'],
  ...['amountUnit', 'currencyPath', 'currency', 'feePath', 'totalPath', 'referencePath', 'originalPath'],
  ...['updatedAtPath', 'paymentTypePath', 'merchantIdPath', 'merchantId'],
] as const;
const MAPS = ['kindMap', 'statusMap'] as const;

/** What of the settings says how a body is to be read: stored with each callback, so that it keeps its meaning. */
export interface Reading extends Readonly<Partial<Record<(typeof TEXTS)[number], string>>> {
  readonly kindMap?: ReadonlyMap<string, string>;
  readonly statusMap?: ReadonlyMap<string, string>;
  readonly allowUnknown: boolean;
  /** The callback proves nothing: the gateway has to be asked. */
  readonly hint: boolean;
}

/**
 * What normalize needs beside the body, as one text with sorted members: the same settings give the same text, which the
 * inbox key covers.
 */
export function readingOf(settings: Settings): string {
  const members: [string, unknown][] = [
    ...TEXTS.map((name): [string, unknown] => [name, settingText(settings[name])]),
    ...MAPS.map((name): [string, unknown] => [name, sortedWords(settings[name])]),
    ['allowUnknown', settings['allowUnknown'] === false ? false : undefined],
    ['hint', settings['mode'] === 'fetch' ? true : undefined],
  ];
  return JSON.stringify(Object.fromEntries(members.filter(([, value]) => value !== undefined).sort(byName)));
}

/** Undefined for what `readingOf` did not make. */
export function readReading(text: string | undefined): Reading | undefined {
  const value = parsed(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const members = new Map<string, unknown>(Object.entries(value));
  const texts = TEXTS.flatMap((name) => {
    const member = settingText(members.get(name));
    return member === undefined ? [] : [[name, member] as const];
  });
  const kindMap = wordsOf(members.get('kindMap'));
  const statusMap = wordsOf(members.get('statusMap'));
  return {
    ...Object.fromEntries(texts),
    ...(kindMap === undefined ? {} : { kindMap }),
    ...(statusMap === undefined ? {} : { statusMap }),
    allowUnknown: members.get('allowUnknown') !== false,
    hint: members.get('hint') === true,
  };
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

/** As pairs: a word such as `__proto__` is a word like any other. */
function sortedWords(map: unknown): readonly (readonly [string, unknown])[] | undefined {
  if (typeof map !== 'object' || map === null) return undefined;
  return Object.entries(map).sort(byName);
}

function wordsOf(pairs: unknown): ReadonlyMap<string, string> | undefined {
  if (!Array.isArray(pairs)) return undefined;
  const isPair = (pair: unknown): pair is [string, string] =>
    Array.isArray(pair) && typeof pair[0] === 'string' && typeof pair[1] === 'string';
  return new Map(pairs.filter(isPair));
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}
