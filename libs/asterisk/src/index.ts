export type { LinkTiming } from './ami/ami-link.ts';
export type { Timers } from './ami/timers.ts';
export { createPbx, type PbxDeps } from './asterisk-pbx.ts';
export { type OriginateAction, originateAction } from './dialplan/originate-action.ts';
export { type DoctorDeps, examineObserver, examinePbx } from './doctor/doctor.ts';
export type { PbxCheck, PbxCheckName } from './doctor/pbx-checks.ts';
export { formatJournal, type JournalEntry, journalEvent, journalFamily, parseJournal } from './journal/journal.ts';
export * from './pbx.ts';
export * from './watch/attempt-watch.ts';
