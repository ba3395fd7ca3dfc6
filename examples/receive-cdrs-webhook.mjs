// Receives CDRs by webhook and verifies each signature (https://www.standardwebhooks.com).
// In redial.yaml: sinks: [{ type: webhook, name: crm, url: "http://127.0.0.1:3000/", secret: "whsec_…" }]
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const { REDIAL_WEBHOOK_SECRET = '', PORT = '3000' } = process.env;
const key = Buffer.from(REDIAL_WEBHOOK_SECRET.replace(/^whsec_/, ''), 'base64');
const toleranceSeconds = 300;
// Use a database in production. A CDR may arrive more than once, always under the same id.
const seen = new Set();

createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  if (!isSigned(request.headers, body)) return response.writeHead(401).end();

  const { type, data } = JSON.parse(body);
  if (type === 'cdr' && !seen.has(data.id)) {
    seen.add(data.id);
    console.log(`${data.reference}, attempt ${data.attemptNumber}: ${data.disposition}`);
  }
  // Reply 2xx only once the CDR is stored: until then Redial sends it again.
  response.writeHead(204).end();
}).listen(Number(PORT), '127.0.0.1', function () {
  console.log(`listening on http://127.0.0.1:${this.address().port}/`);
});

/** The signature covers id, time and body. A changed or replayed request does not verify. */
function isSigned(headers, body) {
  const [id, timestamp] = [headers['webhook-id'], headers['webhook-timestamp']];
  if (Math.abs(Date.now() / 1_000 - Number(timestamp)) > toleranceSeconds) return false;
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
  // The header holds several signatures, separated by spaces, while the secret is being replaced.
  return String(headers['webhook-signature'])
    .split(' ')
    .map((signature) => Buffer.from(signature.replace(/^v1,/, ''), 'base64'))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected));
}
