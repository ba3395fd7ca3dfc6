import type { BookedCdr, Books, CallRecord, Found } from './books.ts';

const finalStates = new Set(['completed', 'exhausted', 'failed', 'canceled', 'expired', 'blocked', 'unknown']);

/** One final state, and one CDR on the list for each attempt of the record, in the order of the attempts. */
export function recordFindings(record: CallRecord | undefined, cdrs: readonly BookedCdr[]): Found[] {
  if (record === undefined) return [['lost', 'the API does not know the call any more']];
  const found: Found[] = [];
  if (!finalStates.has(record.state)) found.push(['lost', `the call has not ended: it is ${record.state}`]);
  const ids = cdrs.map(({ id }) => id);
  for (const { id, disposition } of record.attempts) {
    const count = ids.filter((other) => other === id).length;
    const said = cdrs.find((cdr) => cdr.id === id)?.disposition ?? disposition;
    if (disposition !== said) found.push(['untrue', `the CDR of ${id} states ${said}, the record ${disposition}`]);
    if (count === 0) found.push(['lost', `no CDR of ${id} on the list`]);
    if (count > 1) found.push(['doubled', `${count} CDRs of ${id} on the list`]);
  }
  const known = new Set(record.attempts.map(({ id }) => id));
  for (const id of ids) if (!known.has(id)) found.push(['doubled', `a CDR of ${id}, which is no attempt of the call`]);
  const numbers = [...new Set(ids)].map((id) => cdrs.find((cdr) => cdr.id === id)?.attemptNumber ?? 0);
  if (numbers.toSorted((a, b) => a - b).some((number, i) => number !== i + 1))
    found.push(['lost', `attempts are numbered ${numbers.join(', ')}`]);
  const last = cdrs.find(({ attemptNumber }) => attemptNumber === record.attempts.length);
  if (last !== undefined && last.call.state !== record.state)
    found.push(['untrue', `the last CDR states ${last.call.state}, the record ${record.state}`]);
  return found;
}

/**
 * Each CDR reached the webhook at least once, always with one id and one text, the first deliveries in their order, and
 * no others did.
 */
export function deliveryFindings(cdrs: readonly BookedCdr[], webhooks: Books['webhooks']): Found[] {
  const found: Found[] = [];
  const byAttempt = Map.groupBy(webhooks, ({ cdr }) => cdr.id);
  const order = [...byAttempt.values()].map(([first]) => first?.cdr.attemptNumber ?? 0);
  if (order.some((number, i) => number < (order[i - 1] ?? 0)))
    found.push(['disordered', `webhooks came in the order ${order.join(', ')}`]);
  const listed = new Set(cdrs.map(({ id }) => id));
  for (const id of byAttempt.keys())
    if (!listed.has(id)) found.push(['untrue', `a webhook of ${id}, which is not on the list`]);
  for (const cdr of cdrs) {
    const sent = byAttempt.get(cdr.id) ?? [];
    if (sent.length === 0) found.push(['lost', `no webhook of ${cdr.id}`]);
    if (new Set(sent.map(({ id }) => id)).size > 1) found.push(['doubled', `webhooks of ${cdr.id} under several ids`]);
    if (sent.some((one) => JSON.stringify(one.cdr) !== JSON.stringify(cdr)))
      found.push(['untrue', `webhook and list tell different CDRs of ${cdr.id}`]);
  }
  return found;
}
