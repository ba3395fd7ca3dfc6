/** The ids of the one call that all examples of the documentation show. */
export const exampleIds = {
  call: 'call_01M7Y6KBTZ33NJX89CRV362RSG',
  attempt: 'att_01M7Y6KBWP9SRHKDWJAH42EFG5',
} as const;
