import { canonicalJson } from '#shared/model/canonical.ts';
import type { Notification } from '#shared/model/notification.ts';
import type { ReportReading } from '../gateway.ts';
import { at, isTree, type Tree } from './document.ts';
import { linksOf } from './fields.ts';
import { unrecognized } from './notice.ts';
import { resourceIdOf } from './read-event.ts';
import { type ResourceName, resourceOf } from './resource-names.ts';
import { READERS } from './resources.ts';

const MAX_BYTES = 64 * 1_024;

/** `POST /transactions`: the object that PayPal's API answered a merchant with; it is known by its link to itself. */
export function readPaypalReport({ result }: { readonly result: unknown; readonly request?: unknown }): ReportReading {
  if (!isTree(result)) return none('result must be the JSON object that PayPal answered.');
  const resource = reportedAs(result);
  if (resource === undefined) {
    return none(
      'result has no link to itself (links, rel self), so it cannot be told what it is; report the whole answer.',
    );
  }
  const subjectId = resourceIdOf(resource, result);
  if (subjectId === undefined) return none('result has no id of PayPal’s form: letters, digits, "-" and "_".');
  try {
    const body = new TextEncoder().encode(canonicalJson({ result }));
    if (body.byteLength > MAX_BYTES) return none(`The report is larger than ${MAX_BYTES} bytes.`);
    return { effect: 'stored', body, subjectId };
  } catch {
    return none('The report has a text or number that JSON cannot say, or is nested too deep.');
  }
}

/** The body of a `reported` row. */
export function readReportBody(tree: Tree): readonly Notification[] {
  const result = at(tree, 'result');
  const resource = isTree(result) ? reportedAs(result) : undefined;
  if (!isTree(result) || resource === undefined) {
    return [unrecognized({ reason: 'missing_field', detail: 'The report has no object with a link to itself.' })];
  }
  return READERS[resource](result, { reported: true });
}

function reportedAs(result: Tree): ResourceName | undefined {
  const [self] = linksOf(result, ['self']);
  return self === undefined ? undefined : resourceOf(self.collection);
}

function none(why: string): ReportReading {
  return { effect: 'none', why };
}
