/** One fault that a reviewer would seed: a text of a source file, and what it becomes. */
export interface Mutant {
  readonly fault: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** The compiler is to catch it. Any other mutant must compile: the specs are asked, not a variable left unused. */
  readonly compiler?: true;
}

const attempt = (fault: string, find: string, replace: string): Mutant => ({
  fault,
  file: 'src/attempt/attempt.ts',
  find,
  replace,
});
const outcome = (fault: string, find: string, replace: string): Mutant => ({
  fault,
  file: 'src/outcome/outcome.ts',
  find,
  replace,
});
const table = (fault: string, find: string, replace: string): Mutant => ({
  fault,
  file: 'src/outcome/disposition-table.ts',
  find,
  replace,
});
const notSent = (fault: string, find: string, replace: string): Mutant => ({
  fault,
  file: 'src/outcome/not-sent.ts',
  find,
  replace,
});
const retry = (fault: string, find: string, replace: string): Mutant => ({
  fault,
  file: 'src/retry/retry.ts',
  find,
  replace,
});
const call = (fault: string, find: string, replace: string): Mutant => ({
  fault,
  file: 'src/call/call.ts',
  find,
  replace,
});
const delivery = (fault: string, find: string, replace: string): Mutant => ({
  fault,
  file: 'src/delivery/delivery.ts',
  find,
  replace,
});

export const mutants: readonly Mutant[] = [
  // The attempt: never twice.
  attempt(
    'a redelivered job originates again',
    "    case 'start':\n    case 'adopt':\n      return ignore(state);",
    "    case 'start':\n      return moved(state, [{ type: 'originate' }]);\n    case 'adopt':\n      return ignore(state);",
  ),
  attempt(
    'an attempt found under way is originated',
    "        { type: 'reconcile' },\n        { type: 'arm', afterMs: reconcileEveryMs },\n      ]);\n    default:",
    "        { type: 'originate' },\n        { type: 'arm', afterMs: reconcileEveryMs },\n      ]);\n    default:",
  ),
  attempt(
    'a reconciliation that finds nothing originates again',
    '  if (remainingMs <= 0) return conclude(state, { lostAt: at });',
    "  if (remainingMs <= 0) return moved(state, [{ type: 'originate' }, { type: 'arm', afterMs: 1_000 }]);",
  ),
  // The attempt: exactly one answer.
  attempt(
    'conclude on the first final fact',
    '  return awaitEnd(next, []);\n}\n\n/** It says why',
    '  return concluded(next);\n}\n\n/** It says why',
  ),
  attempt(
    'an ended attempt concludes again',
    "    case 'ended':\n      return ignore(state);",
    "    case 'ended':\n      return moved(state, [{ type: 'conclude', evidence: state.evidence }]);",
  ),
  attempt(
    'a forgotten deadline: settling',
    "  return moved(entered(state, 'awaiting_end'), [...effects, { type: 'arm', afterMs: finalEventsMs }]);",
    "  return moved(entered(state, 'awaiting_end'), [...effects]);",
  ),
  attempt(
    'a forgotten deadline: originating',
    "        { type: 'originate' },\n        { type: 'arm', afterMs: plan.dial1RingTimeoutMs + originateMarginMs },",
    "        { type: 'originate' },",
  ),
  attempt(
    'a forgotten deadline: detached',
    "  return moved(entered(state, 'detached'), [...effects, { type: 'arm', afterMs: reconcileEveryMs }]);",
    "  return moved(entered(state, 'detached'), [...effects]);",
  ),
  attempt(
    'a reconciliation that is not repeated',
    "      return moved(state, [{ type: 'reconcile' }, { type: 'arm', afterMs: reconcileEveryMs }]);",
    "      return moved(state, [{ type: 'reconcile' }]);",
  ),
  attempt('never given up', 'seenAt) + giveUpMarginMs;', 'seenAt) + giveUpMarginMs * 1e9;'),
  attempt(
    'an unanswered hang-up is never reconciled',
    'return state.evidence.dial1Hangup !== undefined && state.evidence.originateFailed === undefined;',
    'return state.evidence.dial1Hangup === undefined;',
  ),
  attempt(
    'a repeated fact overwrites the first',
    '.filter(([name]) => state.evidence[name as keyof Evidence] === undefined);',
    ';',
  ),
  attempt(
    'the link lost in the last half second throws the first fact’s clock away',
    "state.phase === 'originating' || state.phase === 'ringing'\n        ? detach",
    "state.phase === 'originating' || state.phase === 'ringing' || state.phase === 'awaiting_end'\n        ? detach",
  ),
  attempt(
    'dial2’s own Hangup is not waited for',
    "return !['CANCEL', ''].includes(dialStatus) &&",
    "return ['of no kind'].includes(dialStatus) &&",
  ),
  attempt(
    'the journal is ignored when the answer was missed',
    'evidence: { ...state.evidence, journalEnded: entry } };',
    'evidence: { ...state.evidence, ...(state.evidence.dial1AnsweredAt !== undefined && { journalEnded: entry }) } };',
  ),
  // The attempt: through the PBX's own dialplan, and watched by a client that waits.
  attempt(
    'the end of another channel is taken for dial2’s',
    'if (state.plan.viaLocalChannel || isLocal) return',
    'if (isLocal) return',
  ),
  attempt(
    'a Hangup that says nothing is waited for',
    'dial2Hangup !== undefined || plan.viaLocalChannel) return false;',
    'dial2Hangup !== undefined || plan.talkLimitMs < 0) return false;',
  ),
  attempt(
    'dial2’s birth is taken for dial1’s answer',
    'withFacts(state, { dial2Created: { uniqueId, at } });',
    'withFacts(state, { dial1AnsweredAt: at, dial2Created: { uniqueId, at } });',
  ),
  attempt(
    'dial2’s birth is told again',
    "  if (next === state) return ignore(state);\n  return moved(next, [{ type: 'progress', phase: 'dial2_created'",
    "  return moved(next, [{ type: 'progress', phase: 'dial2_created'",
  ),
  attempt(
    'dial2’s birth moves the deadline',
    "[{ type: 'progress', phase: 'dial2_created', at, uniqueId }]);",
    "[{ type: 'progress', phase: 'dial2_created', at, uniqueId }, { type: 'arm', afterMs: reconcileEveryMs }]);",
  ),
  // The attempt: the truth.
  attempt(
    'silence before the deadline is believed',
    '  if (remainingMs <= 0) return',
    '  if (remainingMs <= 1e9) return',
  ),
  attempt(
    'silence of the journal is believed at the first look',
    '  if (doubtedAt === undefined) return',
    '  if (doubtedAt === undefined && at > 0) return conclude(state, facts);\n  if (doubtedAt === undefined) return',
  ),
  attempt(
    'a restart of the PBX is not seen',
    '  if (pbxRestarted) return conclude(state, { pbxRestarted: true, lostAt: at });',
    '  if (pbxRestarted && at < 0) return conclude(state, { pbxRestarted: true, lostAt: at });',
  ),
  attempt(
    'an outdated reconciliation revives a channel that has ended',
    "before.phase !== 'detached' || isOver(found)) return ignore(before);",
    "before.phase !== 'detached') return ignore(before);",
  ),
  attempt(
    'a refusal outranks a ringing phone',
    'return hasChannelFacts(state) ? ignore(state) : conclude(',
    'return hasChannelFacts(state) && signal.at < 0 ? ignore(state) : conclude(',
  ),
  attempt(
    'the ring timeout is forgotten',
    'return originatedAt + plan.dial1RingTimeoutMs + originateMarginMs;',
    'return originatedAt + originateMarginMs + plan.dial1RingTimeoutMs * 0;',
  ),
  attempt(
    'the talk limit is forgotten',
    'answeredAt + dial2RingTimeoutMs + talkLimitMs + talkMarginMs - at',
    'answeredAt + dial2RingTimeoutMs + talkLimitMs * 0 + talkMarginMs - at',
  ),
  attempt(
    'whether the channel rang is dropped',
    '          ...(signal.rang !== undefined && { rang: signal.rang }),\n',
    '',
  ),
  // The attempt: cancel.
  attempt(
    'cancel is ignored in detached',
    "  if (isOver(state) && state.phase !== 'following') return moved(next, []);",
    "  if ((isOver(state) && state.phase !== 'following') || state.phase === 'detached') return moved(next, []);",
  ),
  attempt(
    'cancel is not remembered',
    '  const next = withFacts(state, { cancelRequestedAt: at });',
    '  const next = at < 0 ? withFacts(state, { cancelRequestedAt: at }) : state;',
  ),
  attempt(
    'cancel before the answer is not repeated after it',
    "  if (state.evidence.cancelRequestedAt !== undefined) return { type: 'arm', afterMs: reconcileEveryMs };\n",
    '',
  ),
  attempt(
    'cancel is asked of the PBX once',
    "      return detach(state, [...hangUpIfCanceled(state), { type: 'reconcile' }]);",
    "      return detach(state, [{ type: 'reconcile' }]);",
  ),
  attempt(
    'a canceled channel that is found lives on',
    '  if (next.evidence.cancelRequestedAt !== undefined) {\n    return moved(entered',
    '  if (next.evidence.cancelRequestedAt === -1) {\n    return moved(entered',
  ),
  // The compiler’s.
  {
    fault: 'a cell of the matrix is dropped',
    file: 'testing/attempt.matrix.ts',
    find: "    cancel: 'awaiting_end',\n",
    replace: '',
    compiler: true,
  },
  {
    fault: 'a signal that nobody handles',
    file: 'src/attempt/attempt-signal.ts',
    find: "  | { readonly type: 'rang'; readonly at: number }",
    replace:
      "  | { readonly type: 'rang'; readonly at: number }\n  | { readonly type: 'bridged'; readonly at: number }",
    compiler: true,
  },
  {
    fault: 'a status without meaning',
    file: 'src/call/call.ts',
    find: "  'blocked',\n  'unknown',\n] as const;",
    replace: "  'blocked',\n  'unknown',\n  'lost',\n] as const;",
    compiler: true,
  },
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
  table(
    'a code that nobody knows is not the x00 of its class',
    'Math.floor(sipCode / 100) * 100',
    'Math.floor(sipCode / 100)',
  ),
  table('a cause that nobody knows is not the last of its class', 'cause >= 32 &&', 'cause >= 112 &&'),
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
    'cancel outranks what the network said',
    '  if (refused !== undefined) return',
    "  if (evidence.cancelRequestedAt !== undefined && dial1Hangup !== undefined) return decision('canceled');\n  if (refused !== undefined) return",
  ),
  outcome('what we kept back is a fault of the PBX', "refused.byUs ? 'not_sent' : 'pbx_error'", "'pbx_error'"),
  outcome('what Asterisk refused was not sent', "refused.byUs ? 'not_sent' : 'pbx_error'", "'not_sent'"),
  outcome('what was not sent does not say why', '...(notSentCode !== undefined && { notSentCode }),', ''),
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
  attempt(
    'a BYE’s own cause is not waited for',
    "return endedBy === 'dial2';",
    "return endedBy === 'dial2' && finalEventsMs < 0;",
  ),
  attempt('who is gone before the dialplan’s first step is unknown', '{ neverEnteredAt: at }', '{ lostAt: at }'),
  // Retries.
  retry('one retry too few', 'if (used > policy.maxRetries)', 'if (used >= policy.maxRetries)'),
  retry('one retry too many', 'if (used > policy.maxRetries)', 'if (used > policy.maxRetries + 1)'),
  retry('the delay counts from now', 'return retryAt(last.endedAt + Math.min', 'return retryAt(now + Math.min'),
  call(
    'the delay counts from the start of the attempt',
    '    endedAt: outcome.endedAt,',
    '    endedAt: state.startedAt,',
  ),
  retry(
    'the network uses up retries',
    "return isCallee(disposition) || disposition === 'unknown';",
    "return isCallee(disposition) || disposition !== 'answered';",
  ),
  retry('the network has no budget', 'if (faults.length > maxRetries ||', 'if (faults.length > maxRetries + 1e9 ||'),
  retry(
    'the network’s half hour never ends',
    '|| at - first.endedAt > windowSeconds * 1000)',
    '|| at - first.endedAt > windowSeconds * 1e9)',
  ),
  retry(
    'last week’s fault counts',
    "return sent.slice(sent.findLastIndex((a) => classOf(a.disposition) !== 'network') + 1);",
    "return sent.filter((a) => classOf(a.disposition) === 'network');",
  ),
  retry(
    'a person who answered is dialled again',
    'if (!policy.retryUnknown || last.dial1Answered)',
    'if (!policy.retryUnknown)',
  ),
  retry(
    'what was not sent is tried for ever',
    'if (inARow > notSentRetriesMax)',
    'if (inARow > notSentRetriesMax + 1e9)',
  ),
  retry(
    'what was not sent is tried one time less',
    'if (inARow > notSentRetriesMax)',
    'if (inARow >= notSentRetriesMax)',
  ),
  retry('what was not sent comes back without a pause', 'const notSentDelayMs = 1_000;', 'const notSentDelayMs = 0;'),
  retry('what was not sent waits without end', ', notSentDelayMsMax);', ', notSentDelayMsMax * 1e6);'),
  retry(
    'what cannot be said to Asterisk is tried again',
    "  if (last.notSentCode === 'invalid') return stop('permanent');\n",
    '',
  ),
  retry(
    'a gate is asked again later',
    "  if (last.notSentCode === 'gate') return retryAt(last.endedAt, last, now, expiresAt);\n",
    '',
  ),
  retry(
    'what was not sent ends a run of faults',
    "history.filter((a) => a.disposition !== 'not_sent')",
    'history.filter(() => true)',
  ),
  retry('jitter is unbounded', '* (delayMs / 10));', '* delayMs);'),
  retry('a retry lies in the past', 'const when = Math.max(at, now);', 'const when = at + now * 0;'),
  retry(
    'a retry after the call’s time',
    'if (expiresAt !== undefined && when > expiresAt)',
    'if (expiresAt !== undefined && when < 0)',
  ),
  retry(
    'a disposition’s own policy is ignored',
    '? policy.perDisposition[last.disposition] : undefined;',
    '? policy.perDisposition.machine : undefined;',
  ),
  retry('the delay grows without end', 'Math.min(delayMs, delayMsMax)', 'Math.max(delayMs, delayMsMax * 0)'),
  retry('the first delay is already doubled', '2 ** Math.min(times - 1, 30)', '2 ** Math.min(times, 30)'),
  // The call.
  call(
    'a deferral uses up an attempt',
    'const planned = { attemptId, attemptNumber };\n      const later',
    'const planned = { attemptId, attemptNumber: attemptNumber + 1 };\n      const later',
  ),
  call(
    'any attempt settles the call',
    'return signal.attemptId === state.attemptId ? settled(call, state, signal) : ignore(call);',
    'return settled(call, state, signal);',
  ),
  call(
    'an attempt gone by passes the gates',
    'return signal.attemptId === state.attemptId ? stepAtGates(call, state, signal) : ignore(call);',
    'return stepAtGates(call, state, signal);',
  ),
  call(
    'a canceled call is tried again',
    'if (state.cancelRequestedAt !== undefined && !(',
    'if (state.cancelRequestedAt === -1 && !(',
  ),
  call(
    'a talk that ended by itself is called canceled',
    "&& !(outcome.connected && outcome.endedBy !== 'redial'))",
    '&& true)',
  ),
  call('cancel leaves the job in the queue', "        { type: 'dequeue', attemptId: state.attemptId },\n", ''),
  call(
    'a retry keeps its number',
    'attemptNumber: state.attemptNumber + 1, dueAt: decision.at',
    'attemptNumber: state.attemptNumber, dueAt: decision.at',
  ),
  call('a retry keeps its id', 'attemptId: signal.nextAttemptId,', 'attemptId: state.attemptId,'),
  call('history forgets', 'history: [...call.history, attempt]', 'history: [attempt]'),
  call(
    'a call is dialled before its time',
    'const dueAt = Math.max(request.notBeforeAt ?? at, at);',
    'const dueAt = at;',
  ),
  call('a call that is moved keeps its old job', "[{ type: 'move', attemptId, dueAt }],\n  );", '[],\n  );'),
  // Times and gates.
  {
    fault: 'the second of two readings',
    file: 'src/time/schedule.ts',
    find: 'toSorted((a, b) => a - b)',
    replace: 'toSorted((a, b) => b - a)',
  },
  {
    fault: 'a gap ends when it begins',
    file: 'src/time/schedule.ts',
    find: '  return high;',
    replace: '  return high - 60_000;',
  },
  {
    fault: 'an instant without offset',
    file: 'src/time/schedule.ts',
    find: ':([0-5][0-9]))$/;',
    replace: ':([0-5][0-9]))?$/;',
  },
  {
    fault: 'a window closes late',
    file: 'src/gates/calling-window.ts',
    find: 'from < to && to > now',
    replace: 'from < to && to >= now',
  },
  {
    fault: 'a window opens an hour early in autumn',
    file: 'src/gates/calling-window.ts',
    find: 'from: Math.max(...readingsOf',
    replace: 'from: Math.min(...readingsOf',
  },
  {
    fault: 'do-not-call asks for dial2 alone',
    file: 'src/gates/gates.ts',
    find: 'return [call.request.dial1, call.request.dial2]',
    replace: 'return [call.request.dial2]',
  },
  {
    fault: 'a promoted job is dialled early',
    file: 'src/gates/gates.ts',
    find: "name: 'due', rechecked: true, check: due }",
    replace: "name: 'due', rechecked: true, check: (facts) => (facts.now < 0 ? due(facts) : allow) }",
  },
  {
    fault: 'a gate is forgotten: paused',
    file: 'src/gates/gates.ts',
    find: "name: 'paused', rechecked: true, check: paused }",
    replace: "name: 'paused', rechecked: true, check: (facts) => (facts.now < 0 ? paused(facts) : allow) }",
  },
  {
    fault: 'one attempt a day too many',
    file: 'src/gates/gates.ts',
    find: 'attemptsToday < most',
    replace: 'attemptsToday <= most',
  },
  {
    fault: 'an expired call is dialled',
    file: 'src/gates/gates.ts',
    find: 'now > expiresAt ?',
    replace: 'now > expiresAt + 1e9 ?',
  },
  // Numbers, destinations, CDRs.
  {
    fault: 'something behind the digits',
    file: 'src/tenant/numbering.ts',
    find: "/^[1-9][0-9]{6,14}$/, 'an E.164",
    replace: "/^[1-9][0-9]{6,14}/, 'an E.164",
  },
  {
    fault: 'a mask that shows the number',
    file: 'src/tenant/numbering.ts',
    find: 'number.slice(-3)',
    replace: 'number.slice(-6)',
  },
  {
    fault: 'a pattern that is not anchored',
    file: 'src/tenant/tenant.ts',
    find: ')$`);\n  compiled',
    replace: ')`);\n  compiled',
  },
  {
    fault: 'a second destination in a template',
    file: 'src/tenant/channel.ts',
    find: '(@[A-Za-z0-9_.-]+)?$/',
    replace: '(@[A-Za-z0-9_.&/-]+)?$/',
  },
  {
    fault: 'a trunk that is gone is everywhere',
    file: 'src/tenant/destination.ts',
    find: 'return trunk !== undefined && (',
    replace: 'return trunk === undefined || (',
  },
  {
    fault: 'any trunk may be asked for',
    file: 'src/tenant/destination.ts',
    find: '  if (!tenant.trunks.includes(chosen)) return',
    replace: "  if (chosen === '') return",
  },
  {
    fault: 'a CDR without the next attempt’s time',
    file: 'src/cdr/cdr.ts',
    find: "    ...('dueAt' in state && { nextAttemptAt: state.dueAt }),\n",
    replace: '',
  },
  {
    fault: 'a busy leg with a time of answer',
    file: 'src/cdr/cdr.ts',
    find: 'outcome.connected && outcome.talkMs !== null\n',
    replace: 'outcome.talkMs !== null\n',
  },
  {
    fault: 'a line feed in a header',
    file: 'src/call/request.ts',
    find: '/^[A-Za-z0-9 ._~:@+=/#*-]{0,250}$/',
    replace: '/^[A-Za-z0-9\\n ._~:@+=/#*-]{0,250}$/',
  },
  {
    fault: 'a name that ends its own quotes',
    file: 'src/call/request.ts',
    find: '[\\p{L}\\p{M}\\p{N} .',
    replace: '[\\p{L}\\p{M}\\p{N} ".',
  },
  {
    fault: 'a name that leaves no room for the number',
    file: 'src/call/request.ts',
    find: '.length <= callerNameBytesMax',
    replace: '.length <= callerNameBytesMax * 2',
  },
  {
    fault: 'a request tells Redial’s dialplan whom to dial',
    file: 'src/call/request.ts',
    find: '!/^_*REDIAL/i.test(name)',
    replace: '!/^REDIAL/i.test(name)',
  },
  {
    fault: 'a line feed in what the client finds again',
    file: 'src/call/request.ts',
    find: '/^[^\\p{Cc}\\p{Cs}]{1,500}$/u',
    replace: '/^[^\\p{Cs}]{1,500}$/u',
  },
  // Outside numbers behind a context, services, recordings, waiting clients.
  {
    fault: 'do-not-call does not see what a context routes',
    file: 'src/call/request.ts',
    find: "return destination.kind === 'context' ? destination.e164 : undefined;",
    replace: 'return undefined;',
  },
  {
    fault: 'a number is hidden behind a context',
    file: 'src/tenant/destination.ts',
    find: '...(number.ok && { e164: number.e164 }) }',
    replace: "...(!number.ok && { e164: '' }) }",
  },
  {
    fault: 'any context may be asked for',
    file: 'src/tenant/destination.ts',
    find: '  if (!tenant.contexts.includes(context)) return',
    replace: "  if (context === '') return",
  },
  {
    fault: 'what is written for a context is not digits',
    file: 'src/tenant/destination.ts',
    find: '/^[0-9]{1,20}$/',
    replace: '/^[0-9]{1,20}/',
  },
  {
    fault: 'a message plays to a message',
    file: 'src/tenant/destination.ts',
    find: 'return [dial1, dial2].every(',
    replace: 'return [dial1, dial2, dial1].slice(3).some(',
  },
  {
    fault: 'a service wins over an extension',
    file: 'src/tenant/destination.ts',
    find: "  if (hasExtension(tenant, written)) return { ok: true, destination: { kind: 'extension'",
    replace:
      "  if (hasExtension(tenant, written) && !tenant.services.some((s) => s.code === written)) return { ok: true, destination: { kind: 'extension'",
  },
  {
    fault: 'a Local channel gives way to what is behind it',
    file: 'src/tenant/channel.ts',
    find: '/n` : channel;',
    replace: '` : channel;',
  },
  {
    fault: 'a channel is checked before it is kept whole',
    file: 'src/tenant/channel.ts',
    find: '    (channel) => isDialableChannel(withoutOptimization(channel)),',
    replace: '    (channel) => isDialableChannel(channel),',
  },
  {
    fault: 'a prefix that the technology does not take',
    file: 'src/tenant/trunk-configuration.ts',
    find: 'isDialableChannel(trunkChannel({ channel, numberPrefix }, longestNumber))',
    replace: "isDialableChannel(trunkChannel({ channel, numberPrefix: numberPrefix.slice(0, 0) }, '1'))",
  },
  {
    fault: 'a code that nobody reaches',
    file: 'src/tenant/tenant.ts',
    find: 'if (code !== undefined && hasExtension(tenant, code)) {',
    replace: "if (code === '' && hasExtension(tenant, code)) {",
  },
  {
    fault: 'a message that plays itself for ever',
    file: 'src/tenant/tenant.ts',
    find: "other.name === target && other.kind !== 'message'",
    replace: 'other.name === target',
  },
  {
    fault: 'a dialect outvotes its tenant',
    file: 'src/call/recording.ts',
    find: 'const rule = tenant.recording ?? dialectRule;',
    replace: "const rule = dialectRule === 'none' ? (tenant.recording ?? dialectRule) : dialectRule;",
  },
  {
    fault: 'a recording out of its folder',
    file: 'src/call/recording.ts',
    find: '!RecordedUnder.safeParse(under).success',
    replace: "!RecordedUnder.safeParse(under.replaceAll(/[./]/g, '')).success",
  },
  {
    fault: 'an outside party is taken for the agent',
    file: 'src/call/recording.ts',
    find: 'return outsideNumberOf(destination) === undefined ? destinationDigits(destination) : undefined;',
    replace: 'return destinationDigits(destination);',
  },
  {
    fault: 'a recording that was never begun',
    file: 'src/cdr/cdr.ts',
    find: 'request.recording !== undefined && journalEnded?.recorded && {',
    replace: 'request.recording !== undefined && {',
  },
  {
    fault: 'the CDR names another channel than the client was told',
    file: 'src/cdr/cdr.ts',
    find: 'attempt.dial2UniqueId ?? dial2UniqueIdOf(evidence)',
    replace: 'dial2UniqueIdOf(evidence) ?? attempt.dial2UniqueId',
  },
  {
    fault: 'an answer does not wait for dial2',
    file: 'src/call/dial1-outcome.ts',
    find: '  if (withDial2 && uniqueId2 === undefined && ended === undefined)',
    replace: "  if (withDial2 && uniqueId2 === '' && ended === undefined)",
  },
  {
    fault: 'an answer waits for a dial2 that never comes',
    file: 'src/call/dial1-outcome.ts',
    find: '  if (withDial2 && uniqueId2 === undefined && ended === undefined)',
    replace: '  if (withDial2 && uniqueId2 === undefined)',
  },
  {
    fault: 'an open attempt has answered',
    file: 'src/call/dial1-outcome.ts',
    find: '  if (dial1 === undefined && answeredAt === undefined)',
    replace: '  if (dial1 === undefined && answeredAt === -1)',
  },
  {
    fault: 'a call that is dialled has failed',
    file: 'src/call/dial1-outcome.ts',
    find: "  if (state.status === 'dialing') return { type: 'pending' };\n",
    replace: '',
  },
  {
    fault: 'a call whose record is gone has failed, though it connected',
    file: 'src/call/dial1-outcome.ts',
    find: '  return last.dial1Answered\n',
    replace: "  return last.disposition === 'machine'\n",
  },
  // The delivery: what has arrived stays so, a try counts once, and none is forgotten.
  delivery(
    'a late failure makes a delivered CDR pending again',
    "    case 'delivered':\n      return ignore(delivery);",
    "    case 'delivered':\n      return signal.type === 'failed' ? failed(delivery, signal) : ignore(delivery);",
  ),
  delivery(
    'a delivered CDR is sent again on request',
    "    case 'delivered':\n      return ignore(delivery);",
    "    case 'delivered':\n      return stepDead(delivery, signal);",
  ),
  delivery(
    'a failure of a try that another worker has counted is counted again',
    'return signal.tries === delivery.tries ? failed(delivery, signal) : ignore(delivery);',
    'return failed(delivery, signal);',
  ),
  delivery(
    'a stalled worker puts off a delivery that another worker has tried since',
    'return signal.tries === delivery.tries ? tryAgain(delivery, signal.at, signal.afterMs) : ignore(delivery);',
    'return tryAgain(delivery, signal.at, signal.afterMs);',
  ),
  delivery(
    'a try that was put off is counted',
    '  return moved({ ...delivery, nextTryAt: at + afterMs }, [',
    '  return moved({ ...delivery, tries: delivery.tries + 1, nextTryAt: at + afterMs }, [',
  ),
  delivery(
    'a pending delivery is sent again on request, from the start of its schedule',
    "    case 'resend':\n      return ignore(delivery);",
    "    case 'resend':\n      return moved({ ...delivery, tries: 0 }, [{ type: 'enqueue' }]);",
  ),
  delivery(
    'a dead letter that is sent again keeps its tries, and dies at the first failure',
    "status: 'pending', tries: 0 }, [{ type: 'enqueue' }]",
    "status: 'pending' }, [{ type: 'enqueue' }]",
  ),
  delivery('a dead letter that is sent again has no job', "tries: 0 }, [{ type: 'enqueue' }]);", 'tries: 0 }, []);'),
  delivery(
    'a late failure wakes a dead letter',
    "    case 'failed':\n    case 'postponed':\n      return ignore(delivery);",
    "    case 'failed':\n      return failed(delivery, signal);\n    case 'postponed':\n      return ignore(delivery);",
  ),
  delivery(
    'what the receiver refuses for ever is tried again',
    "    case 'never':\n      return undefined;",
    "    case 'never':\n      return nextTryAfterMs(tries, id);",
  ),
  delivery(
    'the time that the receiver requested is not kept',
    'nextTryAfterMs(tries, id, retry.requestedMs)',
    'nextTryAfterMs(tries, id)',
  ),
  delivery(
    'a Redis sink has the schedule of a webhook',
    'return unlimitedRetryMs;',
    'return nextTryAfterMs(tries, id);',
  ),
  delivery(
    'a delivered CDR keeps the time of its next try',
    "{ ...ended(delivery), status: 'delivered'",
    "{ ...delivery, status: 'delivered'",
  ),
  delivery(
    'the acceptance that comes late leaves the dead letter dead',
    "function stepDead(delivery: Delivery, signal: DeliverySignal): DeliveryStep {\n  switch (signal.type) {\n    case 'accepted':\n      return accepted(delivery, signal.at);",
    "function stepDead(delivery: Delivery, signal: DeliverySignal): DeliveryStep {\n  switch (signal.type) {\n    case 'accepted':\n      return ignore(delivery);",
  ),
];
