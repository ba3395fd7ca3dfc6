export type { LinkTiming } from './ami/ami-link.ts';
export { createPbx, type PbxDeps } from './asterisk-pbx.ts';
export * from './watch/attempt-watch.ts';
export { type DoctorDeps, examineObserver, examinePbx } from './doctor/doctor.ts';
export { formatJournal, type JournalEntry, journalEvent, journalFamily, parseJournal } from './journal/journal.ts';
export { type OriginateAction, originateAction } from './dialplan/originate-action.ts';
export * from './pbx.ts';
export type { PbxCheck, PbxCheckName } from './doctor/pbx-checks.ts';
export type { Timers } from './ami/timers.ts';
