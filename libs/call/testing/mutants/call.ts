import { type Mutant, mutantsOf } from './mutant.ts';

const call = mutantsOf('call/src/call/call.ts');

export const callMutants: readonly Mutant[] = [
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
];
