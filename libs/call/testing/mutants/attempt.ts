import { type Mutant, mutantsOf } from './mutant.ts';

const attempt = mutantsOf('call/src/attempt/attempt.ts');
const deadlines = mutantsOf('call/src/attempt/attempt-deadlines.ts');
const facts = mutantsOf('call/src/attempt/attempt-facts.ts');
const reconciled = mutantsOf('call/src/attempt/attempt-reconciled.ts');
const step = mutantsOf('call/src/attempt/attempt-step.ts');

export const attemptMutants: readonly Mutant[] = [
  // The attempt never originates twice.
  attempt(
    'a redelivered job originates again',
    "    case 'start':\n    case 'adopt':\n      return ignore(state);",
    "    case 'start':\n      return moved(state, [{ type: 'originate' }]);\n    case 'adopt':\n      return ignore(state);",
  ),
  attempt(
    'an attempt found under way is originated',
    "        [{ type: 'reconcile' }, { type: 'arm', afterMs: reconcileEveryMs }],\n      );\n    default:",
    "        [{ type: 'originate' }, { type: 'arm', afterMs: reconcileEveryMs }],\n      );\n    default:",
  ),
  reconciled(
    'a reconciliation that finds nothing originates again',
    '  if (remainingMs <= 0) return conclude(state, { lostAt: at });',
    "  if (remainingMs <= 0) return moved(state, [{ type: 'originate' }, { type: 'arm', afterMs: 1_000 }]);",
  ),
  // The attempt concludes exactly once.
  attempt(
    'conclude on the first final fact',
    '  return awaitEnd(next, []);\n}\n\n/** The forward explains',
    '  return concluded(next);\n}\n\n/** The forward explains',
  ),
  attempt(
    'an ended attempt concludes again',
    "    case 'ended':\n      return ignore(state);",
    "    case 'ended':\n      return moved(state, [{ type: 'conclude', evidence: state.evidence }]);",
  ),
  step(
    'a forgotten deadline: settling',
    "  return moved(entered(state, 'awaiting_end'), [...effects, { type: 'arm', afterMs: finalEventsMs }]);",
    "  return moved(entered(state, 'awaiting_end'), [...effects]);",
  ),
  attempt(
    'a forgotten deadline: originating',
    "        { type: 'originate' },\n        { type: 'arm', afterMs: plan.dial1RingTimeoutMs + originateMarginMs },",
    "        { type: 'originate' },",
  ),
  step(
    'a forgotten deadline: detached',
    "  return moved(entered(state, 'detached'), [...effects, { type: 'arm', afterMs: reconcileEveryMs }]);",
    "  return moved(entered(state, 'detached'), [...effects]);",
  ),
  attempt(
    'a reconciliation that is not repeated',
    "      return moved(state, [{ type: 'reconcile' }, { type: 'arm', afterMs: reconcileEveryMs }]);",
    "      return moved(state, [{ type: 'reconcile' }]);",
  ),
  deadlines('never given up', 'lastSeenAt) + giveUpMarginMs;', 'lastSeenAt) + giveUpMarginMs * 1e9;'),
  facts(
    'an unanswered hang-up is never reconciled',
    'return state.evidence.dial1Hangup !== undefined && state.evidence.originateFailed === undefined;',
    'return state.evidence.dial1Hangup === undefined;',
  ),
  step(
    'a repeated fact overwrites the first',
    '.filter(([name]) => state.evidence[name as keyof Evidence] === undefined);',
    ';',
  ),
  attempt(
    'the link lost in the last half second throws the first fact’s clock away',
    "state.phase === 'originating' || state.phase === 'ringing'\n        ? detach",
    "state.phase === 'originating' || state.phase === 'ringing' || state.phase === 'awaiting_end'\n        ? detach",
  ),
  facts(
    'dial2’s own Hangup is not waited for',
    "return !['CANCEL', ''].includes(dialStatus) &&",
    "return ['of no kind'].includes(dialStatus) &&",
  ),
  attempt(
    'the journal is ignored when the answer was missed',
    'evidence: { ...state.evidence, journalEnded: entry } };',
    'evidence: { ...state.evidence, ...(state.evidence.dial1AnsweredAt !== undefined && { journalEnded: entry }) } };',
  ),
  // The attempt goes through the PBX's own dialplan, and a client waits for it.
  attempt(
    'the end of another channel is taken for dial2’s',
    'if (state.plan.viaLocalChannel || isLocal) return',
    'if (isLocal) return',
  ),
  facts(
    'a Hangup without meaning is waited for',
    'dial2Hangup !== undefined || plan.viaLocalChannel) return false;',
    'dial2Hangup !== undefined || plan.talkLimitMs < 0) return false;',
  ),
  attempt(
    'dial2’s creation is taken for dial1’s answer',
    'withFacts(state, { dial2Created: { uniqueId, at } });',
    'withFacts(state, { dial1AnsweredAt: at, dial2Created: { uniqueId, at } });',
  ),
  attempt(
    'dial2’s creation is reported again',
    "  if (next === state) return ignore(state);\n  return moved(next, [{ type: 'progress', phase: 'dial2_created'",
    "  return moved(next, [{ type: 'progress', phase: 'dial2_created'",
  ),
  attempt(
    'dial2’s creation moves the deadline',
    "[{ type: 'progress', phase: 'dial2_created', at, uniqueId }]);",
    "[{ type: 'progress', phase: 'dial2_created', at, uniqueId }, { type: 'arm', afterMs: reconcileEveryMs }]);",
  ),
  // The conclusion is true.
  reconciled(
    'silence before the deadline is believed',
    '  if (remainingMs <= 0) return',
    '  if (remainingMs <= 1e9) return',
  ),
  reconciled(
    'silence of the journal is believed at the first reconciliation',
    '  if (journalMissingSince === undefined)\n    return',
    '  if (journalMissingSince === undefined && at > 0) return conclude(state, facts);\n  if (journalMissingSince === undefined)\n    return',
  ),
  reconciled(
    'a restart of the PBX is not seen',
    '  if (pbxRestarted) return conclude(state, { pbxRestarted: true, lostAt: at });',
    '  if (pbxRestarted && at < 0) return conclude(state, { pbxRestarted: true, lostAt: at });',
  ),
  reconciled(
    'an outdated reconciliation revives a channel that has ended',
    "before.phase !== 'detached' || isOver(found)) return ignore(before);",
    "before.phase !== 'detached') return ignore(before);",
  ),
  attempt(
    'a refusal outranks a ringing phone',
    'return hasChannelFacts(state) ? ignore(state) : conclude(',
    'return hasChannelFacts(state) && signal.at < 0 ? ignore(state) : conclude(',
  ),
  deadlines(
    'the ring timeout is forgotten',
    'return originatedAt + plan.dial1RingTimeoutMs + originateMarginMs;',
    'return originatedAt + originateMarginMs + plan.dial1RingTimeoutMs * 0;',
  ),
  deadlines(
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
  deadlines(
    'cancel before the answer is not repeated after it',
    "  if (state.evidence.cancelRequestedAt !== undefined) return { type: 'arm', afterMs: reconcileEveryMs };\n",
    '',
  ),
  attempt(
    'the hang-up is sent to the PBX once',
    "      return detach(state, [...hangUpIfCanceled(state), { type: 'reconcile' }]);",
    "      return detach(state, [{ type: 'reconcile' }]);",
  ),
  reconciled(
    'a canceled channel that is found lives on',
    '  if (next.evidence.cancelRequestedAt !== undefined) {\n    return moved(entered',
    '  if (next.evidence.cancelRequestedAt === -1) {\n    return moved(entered',
  ),
  // The compiler’s.
  {
    fault: 'a cell of the matrix is dropped',
    file: 'call/testing/attempt.matrix.ts',
    find: "    cancel: 'awaiting_end',\n",
    replace: '',
    compiler: true,
  },
  {
    fault: 'a signal without a handler',
    file: 'call/src/attempt/attempt-signal.ts',
    find: "  | { readonly type: 'rang'; readonly at: number }",
    replace:
      "  | { readonly type: 'rang'; readonly at: number }\n  | { readonly type: 'bridged'; readonly at: number }",
    compiler: true,
  },
  {
    fault: 'a status without meaning',
    file: 'call/src/call/call.ts',
    find: "  'blocked',\n  'unknown',\n] as const;",
    replace: "  'blocked',\n  'unknown',\n  'lost',\n] as const;",
    compiler: true,
  },
];
