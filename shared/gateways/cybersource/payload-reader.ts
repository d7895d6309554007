import { readMoney } from '#shared/model/money.ts';
import type { AmountGroup, Anomaly, InstrumentSummary, TransactionFields } from '#shared/model/notification.ts';
import type { TransactionKind } from '#shared/model/vocabulary.ts';
import { present } from '../present.ts';
import { readTime } from './times.ts';
import { at, isTree, type Tree, textOf } from './tree.ts';

/** Request ids have 16 to 26 digits (22 as a rule); invoices and links have letters. */
const REQUEST_ID = /^\d{16,26}$/;
const SUBJECT_ID = /^[^\p{C}\p{Z}~/]{1,96}$/u;
const RESOURCE = /\/(?:payments|captures|refunds|credits|transactions)\/(\d{16,26})(?:[/?]|$)/;
const ORIGINALS = ['originalRequestId', 'originalTransactionId', 'parentTransactionId', 'paymentId', 'rootId'];
const MAX_TEXT = 255;

/** Where the figure of an operation stands: the operation's own group first, then the order's. */
const FIGURES: Readonly<Partial<Record<TransactionKind, readonly string[]>>> = {
  preauthorize: ['orderInformation.amountDetails.authorizedAmount'],
  refund: ['refundAmountDetails.refundAmount', 'creditAmountDetails.creditAmount'],
  void: ['voidAmountDetails.voidAmount', 'reversalAmountDetails.reversedAmount'],
};
const ORDER_FIGURES = ['orderInformation.amountDetails.totalAmount', 'orderInformation.amountDetails.authorizedAmount'];

/**
 * Reads one payload. No schema of payloads is published, so that each thing is looked for under the names that the payment
 * API gives it, in the payload itself, its `data` and its `transactionResult`; the first that has it counts.
 */
export class PayloadReader {
  readonly #roots: readonly Tree[];
  readonly anomalies: Anomaly[] = [];

  constructor(payload: Tree) {
    const places = ['', 'data', 'transactionResult.details', 'transactionResult', 'data.transactionResult.details'];
    this.#roots = places.map((path) => (path === '' ? payload : at(payload, path))).filter(isTree);
  }

  find(...paths: readonly string[]): unknown {
    for (const path of paths) {
      for (const root of this.#roots) {
        const value = at(root, path);
        if (value !== undefined && value !== null && value !== '') return value;
      }
    }
    return undefined;
  }

  text(...paths: readonly string[]): string | undefined {
    const value = this.find(...paths);
    return typeof value === 'number' ? String(value) : textOf(value)?.slice(0, MAX_TEXT).toWellFormed();
  }

  /** The request id of the transaction itself: the subject. */
  requestId(...paths: readonly string[]): string | undefined {
    const names = paths.length > 0 ? paths : ['id', 'transactionId', 'requestId'];
    return names.map((name) => this.text(name)).find((id) => id !== undefined && REQUEST_ID.test(id));
  }

  /** The gateway's id of what is no transaction (invoice, subscription, token). */
  subjectId(...paths: readonly string[]): string | undefined {
    return paths.map((path) => this.text(path)).find(isSubjectId);
  }

  /** The transaction that this one changes, where the payload names one. */
  originalId(id: string): string | undefined {
    const named = this.requestId(...ORIGINALS);
    if (named !== undefined && named !== id) return named;
    const links = ['_links.relatedTransactions', '_links.payment', '_links.capture', '_links.parent'];
    const hrefs = links.flatMap((path) => hrefsOf(this.find(path)));
    return hrefs.map((href) => RESOURCE.exec(href)?.[1]).find((found) => found !== undefined && found !== id);
  }

  /** True: the payload names the transaction itself as the one that it changes. */
  isOwnOriginal(id: string): boolean {
    return this.requestId(...ORIGINALS) === id;
  }

  time(): string | undefined {
    return readTime(this.find('lastUpdatedTimeUtc', 'submitTimeUtc', 'submitTimeUTC'));
  }

  /** The operation's figure; absent where the payload has none. */
  amount(kind: TransactionKind | undefined): AmountGroup | undefined {
    const own = (kind === undefined ? undefined : FIGURES[kind]) ?? [];
    // What a void or a reversal takes back is not what the order once was.
    for (const path of kind === 'void' ? own : [...own, ...ORDER_FIGURES]) {
      const figure = this.find(path);
      if (figure === undefined) continue;
      const group = path.slice(0, path.lastIndexOf('.'));
      const currency = this.find(`${group}.currency`, 'orderInformation.amountDetails.currency');
      const { money, anomalies } = readMoney(figure, currency, path);
      this.anomalies.push(...anomalies);
      if (money !== undefined) return { amount: money };
    }
    return undefined;
  }

  fields(): TransactionFields {
    return present({
      merchantReference: this.text('clientReferenceInformation.code'),
      paymentMethod: this.text('paymentInformation.paymentType.name', 'paymentInformation.paymentType.type'),
      instrument: this.#instrument(),
      instrumentId: this.subjectId(
        'tokenInformation.instrumentIdentifier.id',
        'paymentInformation.instrumentIdentifier.id',
      ),
      schemeTransactionId: this.text('processorInformation.networkTransactionId', 'processorInformation.transactionId'),
    });
  }

  #instrument(): InstrumentSummary | undefined {
    const matching = (path: string, pattern: RegExp) => {
      const text = this.text(path);
      return text !== undefined && pattern.test(text) ? text : undefined;
    };
    const card = ['paymentInformation.card', 'paymentInformation.tokenizedCard'].find((path) =>
      isTree(this.find(path)),
    );
    if (card === undefined) return undefined;
    const month = matching(`${card}.expirationMonth`, /^(?:0?[1-9]|1[0-2])$/);
    const year = matching(`${card}.expirationYear`, /^20\d{2}$/);
    const summary = present({
      kind: 'card' as const,
      brand: this.text(`${card}.brandName`),
      lastFour: matching(`${card}.suffix`, /^\d{4}$/),
      bin: matching(`${card}.prefix`, /^\d{4,8}$/),
      expiryMonth: month === undefined ? undefined : Number(month),
      expiryYear: year === undefined ? undefined : Number(year),
    });
    return Object.keys(summary).length > 1 ? summary : undefined;
  }
}

export function isSubjectId(value: unknown): value is string {
  return typeof value === 'string' && SUBJECT_ID.test(value);
}

export function isRequestId(value: unknown): value is string {
  return typeof value === 'string' && REQUEST_ID.test(value);
}

/** `{href}` or a list of such. */
function hrefsOf(links: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(links) ? links.slice(0, 20) : [links];
  return list.flatMap((link) => textOf(at(link, 'href')) ?? []);
}
