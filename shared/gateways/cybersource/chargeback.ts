import { readMoney } from '#shared/model/money.ts';
import type { Anomaly, Notification } from '#shared/model/notification.ts';
import type { TransactionKind } from '#shared/model/vocabulary.ts';
import { unrecognized } from '../notice.ts';
import { present } from '../present.ts';
import { isRequestId } from './payload-reader.ts';
import { readTime } from './times.ts';
import { own, type Tree, textOf } from './tree.ts';

const DUE_MINUTES = 1_440;

/**
 * One entry of the chargeback details report. The sign says which way the money went: "-" taken from the merchant, "+" given
 * back; without one, before a chargeback (`preDisputeFlag`) or for another nature than CHBK it is a dispute that moves none.
 */
export function readChargeback(item: Tree): readonly Notification[] {
  const requestId = own(item, 'requestId');
  if (!isRequestId(requestId)) {
    return [unrecognized('missing_id', 'The chargeback names no request id: its transaction is not known.')];
  }
  const sign = textOf(own(item, 'sign'))?.trim();
  const nature = textOf(own(item, 'natureOfDispute'))?.toUpperCase() ?? 'CHBK';
  const isEarly = /^(?:y|yes|true|1)$/i.test(String(own(item, 'preDisputeFlag') ?? ''));
  const moves = !isEarly && /^(?:CHBK|CHARGEBACK)/.test(nature) && (sign === '-' || sign === '+');
  const kind: TransactionKind = !moves ? 'dispute' : sign === '-' ? 'chargeback' : 'chargeback_reversal';
  const link = kind === 'chargeback_reversal' ? ('reversal' as const) : ('chargeback' as const);
  const anomalies: Anomaly[] = [];
  const figure = textOf(own(item, 'amount'))?.replace(/^-/, '');
  const { money, anomalies: found } = readMoney(figure, own(item, 'currencyCode'), 'amount');
  anomalies.push(...found);
  const at = readTime(own(item, 'time'));
  const dispute = present({
    stage: kind === 'dispute' ? ('inquiry' as const) : ('chargeback' as const),
    reason: cut(own(item, 'reasonCode')),
    respondBy: readTime(own(item, 'responseDueTime')),
    at,
    chargebackId: kind === 'chargeback_reversal' ? `${requestId}~chargeback-${referenceOf(item)}` : undefined,
  });
  return [
    present({
      about: 'transaction' as const,
      id: `${requestId}~${kind}-${referenceOf(item)}`,
      kind,
      status: kind === 'dispute' ? ('PENDING' as const) : ('FINISHED' as const),
      final: kind !== 'dispute',
      correction: 'none' as const,
      gatewayTime: at,
      pendingReason: kind === 'dispute' ? ('review' as const) : undefined,
      expiresAfterMinutes: kind === 'dispute' ? 0 : DUE_MINUTES,
      original: { id: requestId, link },
      amount: money && { amount: money },
      fields: present({ merchantReference: cut(own(item, 'merchantReferenceNumber')), dispute }),
      anomalies,
    }),
  ];
}

/** The processor's number of the case, which a reversal shares; without one there is a single case. */
function referenceOf(item: Tree): string {
  const given = [own(item, 'trackingNumber'), own(item, 'transactionReferenceNumber')];
  return given.find((text): text is string => typeof text === 'string' && /^[\w-]{1,40}$/.test(text)) ?? '1';
}

function cut(value: unknown): string | undefined {
  return textOf(value)?.slice(0, 255).toWellFormed();
}
