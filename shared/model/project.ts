import type { Ask } from './ask.ts';
import type { Evidence } from './fact.ts';
import { projectInstrument } from './project-instrument.ts';
import { projectNotice } from './project-notice.ts';
import { projectSchedule } from './project-schedule.ts';
import { projectTransaction } from './project-transaction.ts';
import type { SubjectState } from './state.ts';
import type { SubjectType } from './vocabulary.ts';

export interface Projection {
  readonly state: SubjectState;
  /** What only the gateway can settle. */
  readonly ask?: Ask;
}

/** The state that merged evidence amounts to. Pure and total; the same for every order in which the facts came. */
export function project(type: SubjectType, evidence: Evidence): Projection {
  switch (type) {
    case 'transaction':
      return projectTransaction(evidence);
    case 'schedule':
      return projectSchedule(evidence);
    case 'instrument':
      return projectInstrument(evidence);
    case 'notice':
      return projectNotice(evidence);
  }
}
