/** What the examples share: one request to Redial, and waiting for the end of a call. */
const { REDIAL_URL = 'http://127.0.0.1:8080', REDIAL_API_KEY } = process.env;
if (!REDIAL_API_KEY) throw new Error('Set REDIAL_API_KEY to the API key that `npm start` prints');

/** Resolves to the JSON of the reply. Rejects with the error sentence of Redial. */
export async function redial(method, path, body, headers = {}) {
  const response = await fetch(REDIAL_URL + path, {
    method,
    headers: { authorization: `Bearer ${REDIAL_API_KEY}`, 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  const fields = (answer.errors ?? []).map(({ field, message }) => `${field} ${message}`);
  if (!response.ok) throw new Error([`${response.status}: ${answer.detail}`, ...fields].join('\n'));
  return answer;
}

/** Resolves to the call once it has ended. A CRM receives CDRs instead: see receive-cdrs-webhook.mjs. */
export async function ended(id) {
  for (;;) {
    const call = await redial('GET', `/v1/calls/${id}`);
    if (['completed', 'exhausted', 'canceled', 'failed'].includes(call.state)) return call;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
