import { canonicalJson } from '#shared/model/canonical.ts';
import type { Notification } from '#shared/model/notification.ts';
import type { ReportReading } from '../gateway.ts';
import { unrecognized } from '../notice.ts';
import { isRequestId, PayloadReader } from './payload-reader.ts';
import { readByContent } from './pushed.ts';
import { isTree, own, type Tree } from './tree.ts';

const MAX_BYTES = 65_536;

/** `POST /transactions`: the answer of the payment API as the merchant passes it on (`POST /pts/v2/payments` and the like). */
export function readCybersourceReport(report: { readonly result: unknown }): ReportReading {
  const { result } = report;
  if (!isTree(result)) return none('result must be the JSON object that the payment API answered.');
  const id = own(result, 'id');
  if (!isRequestId(id)) return none('The answer has no id that is a request id (16 to 26 digits): nothing to await.');
  try {
    const body = new TextEncoder().encode(canonicalJson({ result }));
    if (body.byteLength > MAX_BYTES) return none(`The report is larger than ${MAX_BYTES} bytes.`);
    return { effect: 'stored', body, subjectId: id };
  } catch {
    return none('The report has what JSON cannot say: a lone surrogate, or too many levels.');
  }
}

/** The body of a `reported` row. */
export function readReportBody(tree: Tree): readonly Notification[] {
  const result = own(tree, 'result');
  if (!isTree(result)) return [unrecognized('missing_field', 'The report has no result object.')];
  const reader = new PayloadReader(result);
  return readByContent(reader, reader.time());
}

function none(why: string): ReportReading {
  return { effect: 'none', why };
}
