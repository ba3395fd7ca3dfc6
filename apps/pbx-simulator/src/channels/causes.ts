/**
 * Q.850 causes and SIP codes as Asterisk 22 translates them. Sources: res/res_pjsip.c (ast_sip_hangup_sip2cause),
 * channels/chan_pjsip.c (hangup_cause2sip), main/channel.c (causes).
 */
const causeOfSipCode: Readonly<Record<number, number>> = {
  302: 23,
  401: 21,
  403: 21,
  404: 1,
  407: 21,
  408: 18,
  409: 41,
  410: 22,
  420: 3,
  480: 19,
  483: 19,
  484: 28,
  485: 1,
  486: 17,
  488: 58,
  500: 38,
  501: 29,
  502: 27,
  503: 34,
  504: 102,
  600: 17,
  603: 21,
  604: 1,
  606: 58,
};

const sipCodes: Readonly<Record<number, number>> = {
  1: 404,
  2: 404,
  3: 404,
  17: 486,
  18: 408,
  19: 480,
  20: 480,
  21: 403,
  22: 410,
  23: 302,
  27: 502,
  28: 484,
  29: 501,
  31: 480,
  34: 503,
  38: 500,
  42: 503,
  58: 488,
  66: 503,
  127: 500,
};

const textOfCause: Readonly<Record<number, string>> = {
  1: 'Unallocated (unassigned) number',
  3: 'No route to destination',
  16: 'Normal Clearing',
  17: 'User busy',
  18: 'No user responding',
  19: 'User alerting, no answer',
  20: 'Subscriber absent',
  21: 'Call Rejected',
  22: 'Number changed',
  26: 'Answered elsewhere',
  27: 'Destination out of order',
  28: 'Invalid number format',
  34: 'Circuit/channel congestion',
  38: 'Network out of order',
  41: 'Temporary failure',
  58: 'Bearer capability not available',
  127: 'Interworking, unspecified',
};

const phraseOfSipCode: Readonly<Record<number, string>> = {
  180: 'Ringing',
  200: 'OK',
  404: 'Not Found',
  408: 'Request Timeout',
  480: 'Temporarily Unavailable',
  484: 'Address Incomplete',
  486: 'Busy Here',
  488: 'Not Acceptable Here',
  503: 'Service Unavailable',
  600: 'Busy Everywhere',
  603: 'Decline',
};

/** Asterisk's Q.850 cause for a SIP answer. */
export function causeOf(sipCode: number): number {
  const known = causeOfSipCode[sipCode];
  if (known !== undefined) return known;
  if (sipCode >= 400 && sipCode < 500) return 127;
  if (sipCode >= 500 && sipCode < 600) return 34;
  return sipCode >= 600 && sipCode < 700 ? 127 : 16;
}

/** The SIP code that Asterisk itself would send for a cause; dial1's Hangup repeats dial2's so. 0: none. */
export function sipCodeOfCause(cause: number): number {
  return sipCodes[cause] ?? 0;
}

export function causeText(cause: number): string {
  return textOfCause[cause] ?? 'Unknown';
}

export function sipPhrase(sipCode: number): string {
  return phraseOfSipCode[sipCode] ?? 'Unknown';
}
