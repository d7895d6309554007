import { type Ask, askAfterHints } from './ask.ts';
import type { Evidence } from './fact.ts';
import type { NoticeState } from './state.ts';

/** State of a notice: what its strongest statement says. */
export function projectNotice(evidence: Evidence): { state: NoticeState; ask?: Ask } {
  const notice = evidence['notice']?.value as unknown as Omit<NoticeState, 'kind'> | undefined;
  if (notice === undefined) {
    return { state: { kind: 'notice', status: 'UNRECOGNIZED', proven: false, reason: 'unknown' } };
  }
  const ask = notice.status === 'RESOLVED' ? undefined : askAfterHints(evidence, [], []);
  return { state: { kind: 'notice', ...notice }, ...(ask && { ask }) };
}
