import type { Call, Dial1Outcome } from '@redial/call';
import type { HttpReply } from '../dialect.ts';
import { type Problem, problems } from '../shared/problem.ts';
import { readParameters } from './parameters.ts';
import { reasonOf } from './reason.ts';
import { type Answer, inFormat } from './reply-format.ts';
import { formatOf, readResponseOptions } from './response-options.ts';

const ok: Answer = { status: 'ok', reason: '', uid1: '', uid2: '' };
const pending: Answer = {
  ...ok,
  status: 'pending',
  reason: 'The outcome is not known yet. The call goes on: do not send it again.',
};

/** For a call without `Response=yes`. */
export function acceptedReply(_calls: readonly Call[], input: unknown): HttpReply {
  return inFormat(formatOf(readParameters(input).values), 200, ok);
}

/**
 * dial1's outcome. Of several numbers, one that answered is a success; the request has failed once all have, with the
 * reason of the last. While the outcome is not known, none of the vendor's words is true: the answer is 503, and the
 * calls continue.
 */
export function outcomeReply(outcomes: readonly Dial1Outcome[], _calls: readonly Call[], input: unknown): HttpReply {
  const { values } = readParameters(input);
  const format = formatOf(values);
  const { withIds } = readResponseOptions(values, () => undefined);
  const idsOf = ({ uniqueId1 = '', uniqueId2 = '' }: { readonly uniqueId1?: string; readonly uniqueId2?: string }) =>
    withIds ? { uid1: uniqueId1, uid2: uniqueId2 } : {};

  const answered = outcomes.find((outcome) => outcome.type === 'answered');
  if (answered !== undefined) return inFormat(format, 200, { ...ok, ...idsOf(answered) });
  const last = outcomes.at(-1);
  if (last?.type !== 'failed' || outcomes.some(({ type }) => type === 'pending')) return inFormat(format, 503, pending);
  return inFormat(format, 200, { ...failure(reasonOf(last.why)), ...idsOf(last) });
}

/** Every refusal: each wrong parameter by its name, else the problem's own text. */
export function refusedReply({ code, detail, errors = [], headers }: Problem, input: unknown): HttpReply {
  const { status, message } = problems[code];
  const named = errors.map((error) => (error.field === '' ? error.message : `${error.field}: ${error.message}`));
  const reason = named.length > 0 ? named.join('; ') : (detail ?? message);
  return inFormat(formatOf(readParameters(input).values), status, failure(reason), headers);
}

function failure(reason: string): Answer {
  return { ...ok, status: 'fail', reason };
}
