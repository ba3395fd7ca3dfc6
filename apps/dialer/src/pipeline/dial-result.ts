import type { DialDecision } from '@redial/queue';

/**
 * Everything that one run of the pipeline can end with. Each stage returns what the next one needs, or one of these.
 */
export type DialResult =
  /**
   * There is nothing to dial: no such call, or its state has no such planned attempt. Nothing was written. The job is
   * done.
   */
  | { readonly result: 'nothing_to_dial'; readonly note: string }
  /**
   * A gate has deferred the call, and the call states until when and why. No attempt is used up. The job sleeps until
   * `at`.
   */
  | { readonly result: 'deferred'; readonly at: number; readonly note: string }
  /** The call has ended before an attempt began: blocked, expired or failed. The job is done. */
  | { readonly result: 'call_ended'; readonly status: string }
  /**
   * This dialer cannot dial it now, for a reason of its own. Nothing was written. The job sleeps until `at`, and any
   * dialer may take it.
   */
  | { readonly result: 'handed_back'; readonly at: number; readonly note: string }
  /**
   * Another run has claimed the attempt. It is never originated here; it is reconciled, or left to the process that
   * knows more. The job is done.
   */
  | { readonly result: 'resumed'; readonly note: string }
  /**
   * This run holds the claim and sends no Originate. The attempt's end is reported, and the retry policy decides. The
   * job is done.
   */
  | { readonly result: 'not_sent'; readonly note: string }
  /** This run has sent the Originate, and dial1's outcome is known, or cannot be known here. The job is done. */
  | { readonly result: 'originated'; readonly note: string }
  /**
   * The records have changed since they were read, or this run does not know whether its claim was written. They are
   * read again.
   */
  | { readonly result: 'read_again'; readonly note: string };

/** What the queue does with the job. The note is kept with the job, for the dashboard. */
export function toDecision(result: Exclude<DialResult, { result: 'read_again' }>): DialDecision {
  switch (result.result) {
    case 'deferred':
    case 'handed_back':
      return { type: 'later', at: result.at, note: result.note };
    case 'call_ended':
      return { type: 'done', note: `the call is ${result.status}` };
    default:
      return { type: 'done', note: result.note };
  }
}

export const readAgain = (note: string): DialResult => ({ result: 'read_again', note });
