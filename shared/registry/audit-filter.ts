import type { AuditEntry, AuditQuery } from './records.ts';

type AuditFilter = Omit<AuditQuery, 'limit' | 'cursor'>;

/** True where the list leaves entries out. */
export function isFiltered({ resource, merchantId }: AuditFilter): boolean {
  return resource !== undefined || merchantId !== undefined;
}

/** Whether an entry is in the list that is asked for. */
export function matchesAudit({ resource, from, to, merchantId }: AuditFilter, entry: AuditEntry): boolean {
  if (resource !== undefined && entry.resource !== resource && !entry.resource.startsWith(`${resource}/`)) return false;
  if (from !== undefined && entry.at < from) return false;
  if (to !== undefined && entry.at >= to) return false;
  return merchantId === undefined || entry.merchantId === merchantId;
}
