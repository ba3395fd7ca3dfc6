import type { AttemptId, CallId, Evidence } from '@redial/call';

/** A `dial` job: one attempt, until dial1's outcome is known. Job id = attempt id. */
export interface DialJob {
  readonly callId: CallId;
  readonly attemptId: AttemptId;
  /** Masked: what the dashboard shows must not leak people. */
  readonly maskedDial2: string;
}

/** A `results` job: an observer reports that one attempt has ended. Job id = attempt id, so that a second observer adds nothing while it waits. */
export interface ResultsJob {
  readonly callId: CallId;
  readonly attemptId: AttemptId;
  readonly reportedBy: string;
  readonly evidence: Evidence;
  /** It is about the attempt of this claim only: Redis may have forgotten that claim, and another dialer may have claimed the attempt since. */
  readonly claimedBy?: string | undefined;
}

/** A `deliveries` job: one CDR to one webhook. Job id = delivery id. */
export interface DeliveryJob {
  readonly deliveryId: string;
}
