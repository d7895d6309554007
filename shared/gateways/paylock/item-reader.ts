import type { Anomaly, Money } from '#shared/model/notification.ts';
import { readFigure } from './amounts.ts';
import { type BodyValue, textOf, valueAt } from './body-value.ts';
import { plainId } from './guid.ts';
import type { Reading } from './reading.ts';
import { readBodyTime } from './times.ts';

const SUBJECT_ID = /^[^\p{C}\p{Z}~]{1,100}$/u;
const MOST_TEXT = 255;

type PathName = Extract<keyof Reading, `${string}Path`>;

/** Reads one message by the paths of the connector. What is strange leaves an anomaly that names its path. */
export class ItemReader {
  readonly #item: BodyValue;
  readonly #reading: Reading;
  readonly anomalies: Anomaly[] = [];

  constructor(item: BodyValue, reading: Reading) {
    this.#item = item;
    this.#reading = reading;
  }

  /** Undefined: there is no such path, nothing stands there, or no text. */
  text(name: PathName): string | undefined {
    const path = this.#reading[name];
    const text = path === undefined ? undefined : textOf(valueAt(this.#item, path))?.trim();
    return text === '' ? undefined : text?.toWellFormed();
  }

  /** Never cut: a cut one would name something else. */
  reference(name: PathName): string | undefined {
    const text = this.text(name);
    return text !== undefined && text.length > MOST_TEXT ? this.#flag('too_long', name) : text;
  }

  /** The gateway's id of something. "~" is kept for what we derive of it. */
  id(name: PathName): string | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const id = plainId(text);
    return SUBJECT_ID.test(id) ? id : this.#flag('unreadable_id', name);
  }

  time(name: PathName): string | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    return readBodyTime(text) ?? this.#flag('unreadable', name);
  }

  money(name: PathName): Money | undefined {
    const figure = this.text(name);
    if (figure === undefined) return undefined;
    const { money, anomalies } = readFigure(
      figure,
      this.#currency(),
      this.#reading.amountUnit,
      this.#reading[name] ?? name,
    );
    this.anomalies.push(...anomalies);
    return money;
  }

  #currency(): string | undefined {
    return this.text('currencyPath')?.toUpperCase() ?? this.#reading.currency;
  }

  #flag(code: Anomaly['code'], name: PathName): undefined {
    this.anomalies.push({ code, field: this.#reading[name] ?? name });
    return undefined;
  }
}
