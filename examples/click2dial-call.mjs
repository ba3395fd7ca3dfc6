// The click2dial API, as an integration written for it sends it. docs/reference/dialects/click2dial.md has every field.
import { ended, redial } from './redial.mjs';

const { REDIAL_URL = 'http://127.0.0.1:8080', REDIAL_API_KEY } = process.env;
const response = await fetch(`${REDIAL_URL}/click2dial/calls`, {
  method: 'POST',
  headers: { 'x-api-key': REDIAL_API_KEY, 'content-type': 'application/json' },
  body: JSON.stringify({ agent: '1001', callee: '0820001234', outbound_id: '27110001111', contact_ref: 'AbC123' }),
});
const { success, call_ref, contact_ref } = await response.json();
console.log(`success ${success}, contact ${contact_ref}`);

// The same call, read by /v1.
const { dialect } = await redial('GET', `/v1/calls/${call_ref}`);
const { state } = await ended(call_ref);
console.log(`${dialect}: ${state}`);
