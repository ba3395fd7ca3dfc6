export type { LinkTiming } from './ami-link.ts';
export { createPbx, type PbxDeps } from './asterisk-pbx.ts';
export * from './attempt-watch.ts';
export { type DoctorDeps, examineObserver, examinePbx } from './doctor.ts';
export { formatJournal, type JournalEntry, journalEvent, journalFamily, parseJournal } from './journal.ts';
export { type OriginateAction, originateAction } from './originate-action.ts';
export * from './pbx.ts';
export type { PbxCheck, PbxCheckName } from './pbx-checks.ts';
export type { Timers } from './timers.ts';
