import { type Mutant, mutantsOf } from './mutant.ts';

const facts = mutantsOf('call/src/attempt/attempt-facts.ts');
const reconciled = mutantsOf('call/src/attempt/attempt-reconciled.ts');
const outcome = mutantsOf('call/src/outcome/outcome.ts');
const table = mutantsOf('call/src/outcome/disposition-table.ts');
const notSent = mutantsOf('call/src/outcome/not-sent.ts');

export const outcomeMutants: readonly Mutant[] = [
  // Outcomes.
  outcome(
    'reason outranks cause',
    '(dial1Hangup === undefined || isOwnTimeout(dial1Hangup));',
    '(dial1Hangup === undefined || isOwnTimeout({ ...dial1Hangup, cause: 19 }));',
  ),
  outcome(
    'Reason 0 outranks cause',
    '  if (dial1Hangup !== undefined && !(',
    '  if (dial1Hangup !== undefined && originateFailed === undefined && !(',
  ),
  table('busy is taken for declined', "  17: 'busy',", "  17: 'rejected',"),
  table('a row is dropped', "  58: 'incompatible_media',\n", ''),
  table('a code is dropped', "  423: 'congestion',\n", "  423: 'away',\n"),
  table('an unknown code is not the x00 of its class', 'Math.floor(sipCode / 100) * 100', 'Math.floor(sipCode / 100)'),
  table('an unknown cause is not the last of its class', 'cause >= 32 &&', 'cause >= 112 &&'),
  table('a trunk that is silent stops the call', "leg === 'trunk' ? 'congestion'", "leg === 'trunk' ? 'no_route'"),
  outcome(
    'the answer to our own CANCEL is taken for the network’s word',
    'return sipCode === 487 || (',
    'return sipCode === 4870 || (',
  ),
  table(
    'cause outranks SIP code',
    'dispositionFor(bySip ?? byCause, rang, leg)',
    'dispositionFor(byCause ?? bySip, rang, leg)',
  ),
  table(
    'a phone that is away did not answer',
    "return rang ? 'no_answer' : withoutAnAnswer(leg);",
    "return rang ? 'no_answer' : 'no_answer';",
  ),
  table(
    '480 is always away',
    "return rang ? 'no_answer' : 'unreachable';",
    "return rang ? 'unreachable' : 'unreachable';",
  ),
  outcome(
    'an unmapped cause is silent',
    "originateFailed.reason !== 0) return decision('unknown', false);",
    "originateFailed.reason !== 0) return decision('unknown');",
  ),
  outcome(
    'our own ring timeout is read by its cause alone',
    'originateFailed?.reason === 3 &&',
    'originateFailed?.reason === 33 &&',
  ),
  outcome(
    'lost by a restart is no answer',
    "  if (evidence.pbxRestarted || evidence.gaveUpAt !== undefined) return decision('unknown');\n",
    '',
  ),
  outcome(
    'cancel outranks the network’s answer',
    '  if (refused !== undefined) return',
    "  if (evidence.cancelRequestedAt !== undefined && dial1Hangup !== undefined) return decision('canceled');\n  if (refused !== undefined) return",
  ),
  outcome('what we kept back is a fault of the PBX', "refused.byUs ? 'not_sent' : 'pbx_error'", "'pbx_error'"),
  outcome('what Asterisk refused was not sent', "refused.byUs ? 'not_sent' : 'pbx_error'", "'not_sent'"),
  outcome('an attempt that was not sent has no code', '...(notSentCode !== undefined && { notSentCode }),', ''),
  notSent('what was canceled before its code was known is tried again', "'canceled');\n}", "'late');\n}"),
  notSent(
    'what Asterisk refused was not sent by us',
    'if (!refused?.byUs) return undefined;',
    'if (!refused) return undefined;',
  ),
  outcome(
    'our own hang-up is unknown',
    "    return decision('canceled');\n  }\n  if (leg",
    "    return decision('unknown', false);\n  }\n  if (leg",
  ),
  outcome(
    'dial2 is blamed with dial1’s translated code',
    'const sipCode = journalEnded?.dial2SipCode ?? ownSipCode(',
    'const sipCode = journalEnded?.dial2SipCode ?? evidence.dial1Hangup?.sipCode ?? ownSipCode(',
  ),
  outcome(
    'DIALSTATUS outranks cause',
    '  const rang = (journalEnded.ringMs ?? 0) > 0;\n',
    "  const rang = (journalEnded.ringMs ?? 0) > 0;\n  if (dispositionOfDialStatus[dialStatus] !== undefined) return decision(dispositionOfDialStatus[dialStatus] ?? 'unknown');\n",
  ),
  outcome(
    'all that Asterisk cannot place is unreachable',
    "byStatus === undefined || dialStatus === 'CHANUNAVAIL' ? 'unknown'",
    "byStatus === undefined ? 'unknown'",
  ),
  outcome(
    'a cancel is called dial1_hung_up',
    "isOurHangUp(evidence) ? 'canceled' : 'dial1_hung_up');\n  }\n  const rang",
    "isOurHangUp(evidence) ? 'dial1_hung_up' : 'dial1_hung_up');\n  }\n  const rang",
  ),
  outcome(
    'a cancel of who never entered the dialplan is called dial1_hung_up',
    "return decision('unknown');\n    return decision(isOurHangUp(evidence) ? 'canceled' : 'dial1_hung_up');",
    "return decision('unknown');\n    return decision(isOurHangUp(evidence) ? 'dial1_hung_up' : 'dial1_hung_up');",
  ),
  outcome(
    'dial2’s channel is taken for a observer of dial1’s answer',
    '|| evidence.journalEnded !== undefined;',
    '|| evidence.journalEnded !== undefined || evidence.dial2Created !== undefined;',
  ),
  outcome(
    'a missing last word is no answer',
    "if (evidence.neverEnteredAt === undefined) return decision('unknown');",
    "if (evidence.neverEnteredAt === undefined) return decision('no_answer');",
  ),
  outcome(
    'an unknown talk is no talk',
    'talkMs: connected ? talkMs : journalEnded !== undefined || neverEntered ? 0 : null,',
    'talkMs: connected ? talkMs : 0,',
  ),
  outcome(
    'the PBX’s clock is believed',
    'Math.min(Math.max(journalEnded?.endedAt ?? at, dial1AnsweredAt ?? 0), at)',
    'Math.max(journalEnded?.endedAt ?? at, dial1AnsweredAt ?? 0)',
  ),
  outcome('a code that Asterisk made up is shown', '&& !isOurs && { sipCode', '&& { sipCode'),
  outcome('a trunk that never rang did not answer', "leg === 'trunk' && !rang ?", "leg === 'trunk' && rang && !rang ?"),
  outcome('the cause of a BYE is lost', 'isTalk ? (second ?? first)', 'isTalk ? (first ?? second)'),
  outcome(
    'a forward that Asterisk has not noted is unknown',
    'const isForward = evidence.dial1ForwardedAt !== undefined',
    'const isForward = evidence.dial1ForwardedAt === -1',
  ),
  outcome('100 Trying is silence', 'if (journal.dial2Spoke || ', 'if ('),
  facts(
    'a BYE’s own cause is not waited for',
    "return endedBy === 'dial2';",
    "return endedBy === 'dial2' && finalEventsMs < 0;",
  ),
  reconciled('who is gone before the dialplan’s first step is unknown', '{ neverEnteredAt: at }', '{ lostAt: at }'),
];
