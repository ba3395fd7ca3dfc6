import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { JSDOM, requestInterceptor, VirtualConsole } from 'jsdom';

/** Samples from the vendors' own pages, unchanged. A test replaces the page's host and credentials by its own. */
export const samples = {
  actCurl: `curl --location --request PUT 'http://192.168.51.20/api/v4/call/originate/act' \\
--header 'X-APIKEY: vZKtIKWsld0egNlkzHo8i5LVBqLNBSWARCQsPOSgDjFmAHM3tG' \\
--header 'Authorization: Basic dGVzdDpBYTEyMzQ1Ng==' \\
--header 'Content-Type: application/json' \\
--data-raw '{
"caller":"557",
"callee":"552",
"context":"main_routing",
"caller_id":"557",
"trunk_name":"",
"timeout":"30"
}'`,
  /** The value of CURLOPT_POSTFIELDS in the page's PHP. */
  actPhpBody: `{
"caller":"557",
"callee":"552",
"context":"main_routing",
"caller_id":"557",
"trunk_name":"cisco",
"timeout":"30"
}`,
  actPage: `<html>
<head>
<script src="https://ajax.googleapis.com/ajax/libs/jquery/3.5.1/jquery.min.js"></script>
</head>
<body>
<script>
var settings = {
"url": "http://192.168.51.20/api/v4/call/originate/act",
"method": "PUT",
"timeout": 0,
"headers": {
"X-APIKEY": "vZKtIKWsld0egNlkzHo8i5LVBqLNBSWARCQsPOSgDjFmAHM3tG",
"Authorization": "Basic dGVzdDpBYTEyMzQ1Ng==",
"Content-Type": "application/json"
},
"data": JSON.stringify({
"caller": "557",
"callee": "552",
"context": "main_routing",
"caller_id": "557",
"trunk_name": "cisco",
"timeout": "30"
}),
};
$.ajax(settings).always(function (jqXHR) {
console.log("response code: " + jqXHR.status + " " + jqXHR.statusText);
console.log("response body: " + jqXHR.responseText);
});
</script>
</body>
</html>`,
  dialup: 'https://voiptech.pri/API/dialup.php?user=XXXX&pass=XXXX&org=XXXX&dial1=XXXX&dial2=XXXX',
  click2dialOld: 'http://serverurl/call.php?agent=1000&callee=0000000000&outbound_id=0123456789&call_ref=AbC123',
  click2dial: 'http://serverurl/click2dial/calls',
  originateCall: 'https://[YOUR-PBX-URL]/api/originate-call',
  /** `$params`, without the credentials and the hash. */
  originateCallData: {
    project_id: 1,
    caller_id: '0123456789',
    caller_id_name: 'John Doe',
    type: 'queue',
    destination: 'test-queue',
    external_id: 'asdf1234',
    async: 1,
    outbound_number: '+40212345678',
    outbound_trunk: 'default-trunk',
    vars: {
      SKIP_WELCOME: 1,
      SKIP_WE_ARE_RECORDING: 1,
      SKIP_ENTER_QUEUE: 0,
      BACKEND_LINK: 'https://[YOUR-EXTERNAL-CRM-URL]/?change_this_url=1234',
    },
  },
} as const;

/** Replaces the page's own host and credentials by those passed. */
export function actWith(sample: string, to: { url: string; key: string; user: string; password: string }): string {
  return sample
    .replaceAll('http://192.168.51.20', to.url)
    .replaceAll('vZKtIKWsld0egNlkzHo8i5LVBqLNBSWARCQsPOSgDjFmAHM3tG', to.key)
    .replaceAll('dGVzdDpBYTEyMzQ1Ng==', btoa(`${to.user}:${to.password}`));
}

/**
 * Opens a page that sends requests to another host, as a browser at this origin does. It has a preflight, and no
 * access to the answer if the host does not allow it (jsdom applies CORS to XMLHttpRequest). Resolves with the first
 * `count` lines of the page's console.
 */
export async function openPage(html: string, origin: string, count: number): Promise<readonly string[]> {
  const jquery = readFileSync(createRequire(import.meta.url).resolve('jquery/dist/jquery.min.js'), 'utf8');
  const lines: string[] = [];
  const virtualConsole = new VirtualConsole();
  const said = new Promise<void>((resolve) => {
    virtualConsole.on('log', (line) => {
      if (lines.push(String(line)) === count) resolve();
    });
  });
  const fromItsHost = requestInterceptor((request) =>
    request.url.startsWith('https://ajax.googleapis.com/ajax/libs/jquery/3.5.1/')
      ? new Response(jquery, { headers: { 'content-type': 'text/javascript' } })
      : undefined,
  );
  const page = new JSDOM(html, {
    url: `${origin}/`,
    runScripts: 'dangerously',
    resources: { interceptors: [fromItsHost] },
    virtualConsole,
  });
  await said;
  page.window.close();
  return lines;
}
