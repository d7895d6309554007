import { OPERATION_EXAMPLES } from './operation-examples.ts';
import { REGISTRY_EXAMPLES } from './registry-examples.ts';
import { SUBJECT_EXAMPLES } from './subject-examples.ts';

const EXAMPLES = { ...REGISTRY_EXAMPLES, ...SUBJECT_EXAMPLES, ...OPERATION_EXAMPLES };

/** What stands for a schema of the document, by its name; a page of a list holds one of its items. */
export function exampleOf(name: string): unknown {
  const item = name
    .replace(/List$/, '')
    .replace(/^History$/, 'HistoryLine')
    .replace(/^Audit$/, 'AuditEntry');
  if (name in EXAMPLES) return EXAMPLES[name];
  return item !== name && item in EXAMPLES ? { items: [EXAMPLES[item]], cursor: null } : undefined;
}
