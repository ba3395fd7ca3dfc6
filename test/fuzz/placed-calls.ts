import { v1, vendors } from '@redial/dialects';

/** Addresses that place calls. No other address may create one. */
const placing: readonly { readonly method: string; readonly path: string }[] = [
  ...v1.endpoints.filter(({ operation }) => operation === 'createCall' || operation === 'createBatch'),
  ...vendors.flatMap(({ routes }) => routes),
];

/**
 * How many calls a request may have created, by its answer: those that the answer states as accepted. Status 0: no
 * answer was read, because one side closed the connection.
 */
export function mayHavePlaced(bytes: Buffer, status: number, body: string): number {
  const text = bytes.toString('latin1');
  const [, method = '', target = ''] = /^([A-Za-z]+) (\S+) HTTP\/1\.[01]\r\n/.exec(text) ?? [];
  const path = (target.split(/[?#]/, 1)[0] ?? '')
    .toLowerCase()
    .replaceAll(/\/{2,}/g, '/')
    .replace(/\/$/, '');
  const isPlacing = placing.some((each) => each.method.toUpperCase() === method && each.path.toLowerCase() === path);
  if (!isPlacing) return 0;
  if (status === 0) return numbersIn(text);
  if (!isAccepted(status, body)) return 0;
  const ofBatch = /"accepted":([0-9]+)/.exec(body)?.[1];
  if (ofBatch !== undefined) return Number(ofBatch);
  // Only dialup accepts several calls in one request: one for each number.
  return path.endsWith('/calls') ? 1 : numbersIn(text);
}

/**
 * In the words of `/v1`, click2dial, originate-call, call/originate/act and dialup's four formats; or that the outcome
 * is not known yet.
 */
function isAccepted(status: number, body: string): boolean {
  if (status === 503) return body.includes('The outcome is not known yet');
  if (status === 202) return body.includes('"id":"call_');
  return /"accepted":[0-9]|"call_ref":|"has_error":false|"success":1\b|"status":"ok"|<status>ok|^OK\b|<body>OK\b/.test(
    body,
  );
}

/** The maximum. */
function numbersIn(text: string): number {
  return text.match(/[0-9]{3,}/g)?.length ?? 1;
}
