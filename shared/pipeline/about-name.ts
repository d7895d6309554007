import { subjectName } from '#shared/model/vocabulary.ts';
import type { ConfirmId } from './ports.ts';

/** What a question is about, as text: equal where it is the same. Ids of connectors hold no colon. */
export function aboutName({ connectorId, about }: Pick<ConfirmId, 'connectorId' | 'about'>): string {
  switch (about.type) {
    case 'subject':
      return subjectName({ ...about.subject, connectorId });
    case 'reference':
      return `${connectorId}:reference:${about.merchantReference}`;
    case 'span':
      return `${connectorId}:span:${about.from}/${about.to}`;
  }
}
