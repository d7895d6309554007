import type { AuditEntry } from './records.ts';

/** Takes entries for acts that write no registry row: raw callbacks read, parked deliveries released. */
export interface AuditLog {
  appendAudit(entry: AuditEntry): Promise<void>;
}
