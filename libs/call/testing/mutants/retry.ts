import { type Mutant, mutantsOf } from './mutant.ts';

const retry = mutantsOf('call/src/retry/retry.ts');
const call = mutantsOf('call/src/call/call.ts');

export const retryMutants: readonly Mutant[] = [
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
  retry('an invalid attempt is tried again', "  if (last.notSentCode === 'invalid') return stop('permanent');\n", ''),
  retry(
    'the gates check the call again later',
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
];
