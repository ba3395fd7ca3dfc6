import type { AttemptId, CallId, Evidence } from '@redial/call';

/** A `dial` job: one attempt, until dial1's outcome is known. Job id = attempt id. */
export interface DialJob {
  readonly callId: CallId;
  readonly attemptId: AttemptId;
  /** Masked, because the dashboard shows it. */
  readonly maskedDial2: string;
}

/**
 * A `results` job: an observer reports the end of one attempt. Job id = attempt id: while it waits, a second observer
 * adds nothing.
 */
export interface ResultsJob {
  readonly callId: CallId;
  readonly attemptId: AttemptId;
  readonly reportedBy: string;
  readonly evidence: Evidence;
  /**
   * The job is about this claim only. Redis may have lost the claim, and another dialer may have claimed the attempt
   * since.
   */
  readonly claimedBy?: string | undefined;
}

/** A `deliveries` job: one CDR to one webhook. Job id = delivery id. */
export interface DeliveryJob {
  readonly deliveryId: string;
}
