export interface Said {
  /** Where it was said, for the report. */
  readonly where: string;
  readonly bytes: string | Uint8Array;
  /** Names of the secrets that may be shown here: the answer that shows one once. */
  readonly shows?: readonly string[];
}

type Secrets = Readonly<Record<string, string>>;

/**
 * Every place where a secret can be read, in plain, JSON-escaped, URL-encoded, hex, base64 or base64url form, also as a
 * part of something longer. The report names the secret and never repeats it.
 */
export function leaksOf(said: readonly Said[], secrets: Secrets): readonly string[] {
  const forms = Object.entries(secrets).flatMap(([name, value]) => {
    if (value.length < 8) throw new Error(`the secret ${name} is too short: it would be found by chance`);
    return formsOf(value).map((form) => ({ name, ...form }));
  });
  return said.flatMap(({ where, bytes, shows = [] }) => {
    const text = typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('latin1');
    const lower = text.toLowerCase();
    return forms
      .filter(({ name }) => !shows.includes(name))
      .filter(({ needles, anyCase }) => needles.some((needle) => (anyCase ? lower : text).includes(needle)))
      .map(({ name, form }) => `${name} (${form}) in ${where}`);
  });
}

/** As text, and as its UTF-8 bytes are read one by one. */
const readings = (value: string) => [...new Set([value, Buffer.from(value).toString('latin1')])];

function formsOf(value: string) {
  const json = JSON.stringify(value).slice(1, -1);
  const escaped = json.replace(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const inner = base64Parts(value);
  const plain = { form: 'plain', anyCase: false, needles: [value, json, escaped].flatMap(readings) };
  return [
    plain,
    { form: 'hex', anyCase: true, needles: [Buffer.from(value).toString('hex')] },
    { form: 'base64', anyCase: false, needles: inner },
    { form: 'base64url', anyCase: false, needles: inner.map((part) => part.replace(/\+/g, '-').replace(/\//g, '_')) },
    {
      form: 'URL-encoded',
      anyCase: true,
      needles: [
        encodeURIComponent(value),
        new URLSearchParams([['', value]]).toString().slice(1),
        [...Buffer.from(value)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
      ].map((text) => text.toLowerCase()),
    },
  ];
}

/** Inside of something longer it stands at one of three places in a group; the first and last characters depend on neighbours. */
function base64Parts(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const whole = Math.floor(((shift + bytes.length) * 8) / 6);
    return text.slice(shift === 0 ? 0 : shift + 1, whole);
  });
}
