// The dialup API: one GET that is answered when dial1 has answered. docs/reference/dialects/dialup.md has every
// parameter.
const { REDIAL_URL = 'http://127.0.0.1:8080', REDIAL_VENDOR_PASSWORD } = process.env;

const query = new URLSearchParams({
  user: 'demo',
  pass: REDIAL_VENDOR_PASSWORD,
  org: 'demo',
  dial1: '1004',
  dial2: '0820061234',
  Response: 'yes',
  RFormat: 'json',
});
const response = await fetch(`${REDIAL_URL}/API/dialup.php?${query}`);
const { status, reason } = await response.json();
console.log(`status ${status}${reason ? `, ${reason}` : ''}`);
