export interface BannerFacts {
  readonly url: string;
  readonly apiKey: string;
  readonly adminUser: string;
  readonly adminPassword: string;
  readonly vendorPassword: string;
  readonly vendorKey: string;
  readonly pbx: 'simulator' | 'asterisk';
  readonly redis: string;
  readonly logs: string;
}

/** The first steps of a newcomer: pages to open, and calls to paste. */
export function banner(facts: BannerFacts): string {
  const { url, apiKey, adminUser, adminPassword, vendorPassword, vendorKey, pbx, redis, logs } = facts;
  const call = (body: string) =>
    `curl -s ${url}/v1/calls -H 'Authorization: Bearer ${apiKey}' -H 'Content-Type: application/json' -d '${body}'`;
  return `
Redial is ready: calls go through ${pbx === 'asterisk' ? 'a real Asterisk to SIP phones' : 'the simulated PBX'}. Redis ${redis}

  Docs        ${url}/docs
  Numbers     ${url}/docs/test-numbers   who is busy, does not answer, answers late …
  Dashboard   ${url}/admin/queues        login ${adminUser} / ${adminPassword}
  API key     ${apiKey}
  Logs        ${logs}/

A call that is answered:
  ${call('{"dial1":"1001","dial2":"0820001234"}')}

One that is busy twice and then answered (see it wait 5 s between tries):
  ${call('{"dial1":"1001","dial2":"0820071234","retryPolicy":{"maxRetries":3,"delaySeconds":5}}')}

One for two minutes from now:
  ${call(`{"dial1":"1001","dial2":"0820001234","notBefore":"'$(date -u -d '+2 minutes' +%Y-%m-%dT%H:%M:%SZ 2>/dev/null || date -u -v+2M +%Y-%m-%dT%H:%M:%SZ)'"}`)}

How it went, attempt by attempt (put the id from the answer in place of <id>):
  curl -s ${url}/v1/calls/<id> -H 'Authorization: Bearer ${apiKey}'

In a vendor's words (docs/reference/dialects/ has all four; user and organisation demo, password ${vendorPassword}, key ${vendorKey}):
  curl -s '${url}/API/dialup.php?user=demo&pass=${vendorPassword}&org=demo&dial1=1001&dial2=0820061234&Response=yes&RFormat=json'

Ctrl-C stops everything.`;
}
