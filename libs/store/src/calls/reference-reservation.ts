/** A client's reference. Each tenant has its own, in each dialect. */
export interface ReferenceName {
  readonly tenantId: string;
  readonly dialect: string;
  readonly reference: string;
}

/**
 * A reference that all calls of one request take together. `open`: refused while a call that took it before has not
 * ended. `ever`: refused until the retention of every call that took it before is over.
 */
export interface ReferenceReservation extends ReferenceName {
  readonly reserves: 'open_reference' | 'new_reference';
}
