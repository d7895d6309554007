import { canonicalJson } from '#shared/model/canonical.ts';
import type { JsonValue } from '#shared/model/fact.ts';
import type { Notification } from '#shared/model/notification.ts';
import { isObject, membersOf, pick } from '../document-members.ts';
import type { ReportReading } from '../gateway.ts';
import { unrecognized } from '../notice.ts';
import type { JsonObject } from '../provision.ts';
import { DUE_MINUTES } from './due.ts';
import { isObjectId, type ObjectType } from './object-ids.ts';
import { type Members, readPayload } from './payload.ts';

/** What is kept of an answer: buyers' names and addresses are none of our business. */
const KEPT = [
  ...['chargeId', 'refundId', 'chargePermissionId', 'checkoutSessionId', 'chargePermissionType', 'releaseEnvironment'],
  ...['chargeAmount', 'captureAmount', 'refundAmount'],
];
const KEPT_STATUS = ['state', 'reasonCode', 'reasonDescription', 'lastUpdatedTimestamp'];

/** Which object an answer is about: a checkout session that made a charge is none itself. */
function subjectOf(
  members: Members,
): { readonly as: ObjectType; readonly id: string; readonly isSession: boolean } | undefined {
  const isSession = (members.get('checkoutsessionid') ?? undefined) !== undefined;
  const [refund, charge, permission] = ['refundid', 'chargeid', 'chargepermissionid'].map((name) => members.get(name));
  if (isObjectId(refund)) return { as: 'refund', id: refund, isSession };
  if (isObjectId(charge)) return { as: 'charge', id: charge, isSession };
  return isObjectId(permission) ? { as: 'chargePermission', id: permission, isSession } : undefined;
}

/**
 * `POST /transactions`: the API's answer to Create Charge, Capture Charge, Create Refund, Complete Checkout Session and the
 * like, as the merchant passes it on. One that names no object made none and changes nothing (model.md 7).
 */
export function readAmazonPayReport(report: { readonly result: unknown; readonly request?: unknown }): ReportReading {
  const result = report.result as JsonValue | undefined;
  if (!isObject(result)) return none('result must be the JSON object that Amazon Pay answered.');
  const members = membersOf(result);
  const subject = subjectOf(members);
  if (subject === undefined) {
    return none(
      'The answer names no chargeId, refundId or chargePermissionId: Amazon Pay made nothing that could be awaited.',
    );
  }
  const reference = pick(members.get('merchantmetadata'), ['merchantReferenceId', 'customInformation']);
  const kept: JsonObject = {
    ...pick(result, KEPT),
    statusDetails: pick(members.get('statusdetails'), KEPT_STATUS),
    merchantMetadata: reference,
  };
  try {
    const body = new TextEncoder().encode(canonicalJson({ result: kept }));
    return { effect: 'stored', body, subjectId: subject.id };
  } catch {
    return none(
      'The report has a text or number that JSON cannot say: a lone surrogate or a value that is not finite.',
    );
  }
}

/** The body of a `reported` row. `read`: what an object of the API says. */
export function readReportBody(
  text: string,
  read: (as: ObjectType, id: string, members: Members) => Notification[],
): Notification[] {
  const members = membersOf(readPayload(text)?.get('result'));
  const subject = subjectOf(members);
  if (subject === undefined) return [unrecognized('missing_field', 'The report names no object of Amazon Pay.')];
  const { as, id, isSession } = subject;
  // The state that stands there is the session's: "Completed" says nothing of the charge.
  if (isSession) return [awaited(as, id)];
  // A subject that the report itself does not name stays unmade: what a merchant reports proves nothing.
  return read(as, id, members).filter((one) => one.about !== 'transaction' || one.kind !== undefined);
}

function awaited(as: ObjectType, id: string): Notification {
  const kind = as === 'charge' ? 'preauthorize' : as === 'refund' ? 'refund' : 'order';
  return {
    ...{ about: 'transaction', id, kind, status: 'PENDING', final: false, correction: 'none' },
    ...{ hint: true, ask: { as }, expiresAfterMinutes: DUE_MINUTES[as], fields: {}, anomalies: [] },
  };
}

function none(why: string): ReportReading {
  return { effect: 'none', why };
}
