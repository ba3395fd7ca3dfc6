import type { ApiAnswer, Redial } from '../../support/redial.ts';
import { act, credentials, dialup, type Fields, inAMonth, originateCall } from '../../support/vendors.ts';

/** How a client of one vendor requests the call that all vendors support: 1001 rings first, then 27820001234. */
export interface Sample {
  readonly way: string;
  readonly dialect: string;
  /** The vendor's fields. */
  readonly good: Fields;
  /** `who`: other credentials than the right ones of the vendor. */
  readonly send: (redial: Redial, fields: Fields, who?: Fields) => Promise<ApiAnswer>;
  /**
   * The answer to an accepted call → the reference by which /v1 finds it. Throws if it is not the vendor's documented
   * answer.
   */
  readonly referenceIn: (answer: ApiAnswer, fields: Fields) => string | undefined;
  /** The fault of an answer that should refuse this field in the vendor's form; undefined if there is none. */
  readonly complaint: (answer: ApiAnswer, field: string) => string | undefined;
  /** Wrong credentials, each with another fault. */
  readonly strangers: Readonly<Record<string, Fields>>;
  /** The fault of the answer to them; undefined if there is none. */
  readonly turnedAway: (answer: ApiAnswer) => string | undefined;
  /** The same call in `/v1`'s words. */
  readonly equivalent: Fields;
  /** Fields for texts that must not reach a phone or a PBX. */
  readonly fields: readonly string[];
}

/** Whether the line is busy or nothing answers: no vendor's dialect rings the agent again later. */
const once = {
  retryPolicy: {
    maxRetries: 0,
    delaySeconds: 0,
    until: 'connected',
    networkBudget: { maxRetries: 0, windowSeconds: 0, delaySeconds: 0 },
    retryUnknown: false,
  },
  priority: 0,
} as const;

const expectThat = (right: boolean, answer: ApiAnswer): void => {
  if (!right) throw new Error(`not the vendor's answer: ${answer.status} ${JSON.stringify(answer.body)}`);
};

const clickWays: readonly (readonly [string, Sample['send']])[] = [
  ['POST /click2dial/calls', (redial, fields, who) => redial.request('POST', '/click2dial/calls', fields, header(who))],
  [
    'GET /call.php',
    (redial, fields, who) => redial.request('GET', `/call.php?${query(fields)}`, undefined, header(who)),
  ],
  [
    'POST /call.php',
    (redial, fields, who) =>
      redial.request('POST', '/call.php', query(fields), {
        'content-type': 'application/x-www-form-urlencoded',
        ...header(who),
      }),
  ],
];
const header = (who: Fields = {}) => who as Readonly<Record<string, string>>;
const query = (fields: Fields) =>
  new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, String(value)])).toString();

const click2dial = clickWays.map(
  ([way, send]): Sample => ({
    way: `click2dial ${way}`,
    dialect: 'click2dial',
    good: { agent: '1001', callee: '0820001234', outbound_id: '27110001111', contact_ref: 'AbC123' },
    send,
    referenceIn: (answer) => {
      expectThat(answer.status === 200 && answer.body.success === true && /^call_/.test(answer.body.call_ref), answer);
      return answer.body.contact_ref;
    },
    complaint: ({ status, body }, field) => {
      if (status !== 400 || body.success !== false || typeof body.message !== 'string') return `status ${status}`;
      const named = body.errors.map((error: { field: string }) => error.field);
      return named.join() === field ? undefined : `names ${named}`;
    },
    strangers: {
      'no key': { authorization: '' },
      'a wrong key': { authorization: 'Bearer wrong' },
    },
    turnedAway: ({ status, body }) => (status === 401 && body.success === false ? undefined : `status ${status}`),
    equivalent: {
      ...once,
      dial1: '1001',
      dial2: '+27820001234',
      callerId: '27110001111',
      reference: 'AbC123',
      headers: { dial1: { 'X-Teleforge-Outbound-ID': '27110001111', 'X-Teleforge-Call-Ref': 'AbC123' } },
    },
    fields: ['agent', 'callee', 'outbound_id', 'contact_ref'],
  }),
);

const dialupWays = { GET: dialup.get, POST: dialup.post } as const;
const future = { Date: inAMonth.written, Maxretry: '3', Retrytime: '90', ident: 'ord-77' };
const dialupSamples = Object.entries(dialupWays).flatMap(([method, send]): Sample[] => {
  const common = {
    dialect: 'dialup',
    send: (redial: Redial, fields: Fields, who?: Fields) => send(redial, fields, who ?? credentials.dialup),
    complaint: ({ status, body }: ApiAnswer, field: string) =>
      status === 400 && String(body).startsWith('FAIL: ') && String(body).includes(field)
        ? undefined
        : `${status} ${body}`,
    strangers: {
      'a wrong user': { ...credentials.dialup, user: 'nobody' },
      'a wrong password': { ...credentials.dialup, pass: 'wrong' },
      'a wrong organisation': { ...credentials.dialup, org: 'other' },
      nothing: { user: '', pass: '', org: '' },
    },
    turnedAway: ({ status, body }: ApiAnswer) =>
      status === 401 && String(body).startsWith('FAIL') ? undefined : `${status} ${body}`,
  };
  return [
    {
      ...common,
      way: `dialup ${method}`,
      good: { dial1: '1001', dial2: '27820001234', SetCID: '27110041001', Timeout: '25' },
      referenceIn: (answer) => {
        expectThat(answer.status === 200 && String(answer.body).trim() === 'OK', answer);
        return undefined;
      },
      equivalent: {
        ...once,
        dial1: '1001',
        dial2: '+27820001234',
        callerId: '27110041001',
        dial1RingTimeoutSeconds: 25,
        record: true,
      },
      fields: ['dial1', 'dial2', 'SetCID', 'Timeout', 'Response', 'showUID', 'RFormat', 'Date'],
    },
    {
      ...common,
      way: `dialup ${method}, a future call`,
      good: { dial1: '1001', dial2: '27820001234', ...future, ident: `ord-${method}` },
      referenceIn: (answer, fields) => {
        expectThat(answer.status === 200 && String(answer.body).trim() === 'OK', answer);
        return String(fields['ident']);
      },
      equivalent: {
        dial1: '1001',
        dial2: '+27820001234',
        callerId: '27110041001',
        dial1RingTimeoutSeconds: 20,
        record: true,
        notBefore: inAMonth.written,
        retryPolicy: { maxRetries: 3, delaySeconds: 90, until: 'connected' },
        reference: `ord-${method}`,
      },
      fields: ['Date', 'Maxretry', 'Retrytime', 'ident'],
    },
  ];
});

const data = {
  project_id: '1',
  caller_id: '0820001234',
  caller_id_name: 'John Doe',
  type: 'user',
  destination: '1001',
  external_id: 'asdf1234',
  outbound_number: '+27110001111',
  outbound_trunk: 'default-trunk',
  vars: { SKIP_WELCOME: '1' },
};
const originateCallWays = {
  'GET, hashed': originateCall.get,
  'POST form, hashed': originateCall.form,
  'POST JSON, hashed': originateCall.json,
  'POST JSON, Bearer': originateCall.bearer,
} as const;
const originateCallSamples = Object.entries(originateCallWays).map(
  ([way, send]): Sample => ({
    way: `originate-call ${way}`,
    dialect: 'originate-call',
    good: data,
    send: (redial, fields, who) => send(redial, fields, { ...credentials.originateCall, ...who }),
    referenceIn: (answer, fields) => {
      const success = `Call successfully originated for user: ${fields['destination']}`;
      expectThat(
        answer.status === 200 &&
          JSON.stringify(answer.body) === JSON.stringify({ has_error: false, messages: [], results: [success] }),
        answer,
      );
      return String(fields['external_id']);
    },
    complaint: ({ status, body }, field) => {
      if (status !== 400 || body.has_error !== true || body.results.length > 0) return `status ${status}`;
      const words = field === 'destination' ? /destination|Invalid User/ : new RegExp(field);
      return body.messages.length === 1 && words.test(body.messages[0]) ? undefined : body.messages.join('; ');
    },
    strangers: {
      'a wrong key': { apiKey: 'other_api_key' },
      ...(way.includes('hashed') && {
        'a wrong user': { api_username: 'nobody' },
        'a wrong password': { api_password: 'wrong' },
      }),
    },
    turnedAway: ({ status, body }) =>
      status === 401 && body.has_error === true && body.messages.length === 1 ? undefined : `status ${status}`,
    equivalent: {
      ...once,
      dial1: '1001',
      dial2: '+27820001234',
      callerId: '27110001111',
      dial1CallerId: '27820001234',
      dial1CallerName: 'John Doe',
      variables: { SKIP_WELCOME: '1' },
      reference: 'asdf1234',
    },
    fields: [
      'project_id',
      'caller_id',
      'caller_id_name',
      'type',
      'destination',
      'external_id',
      'async',
      'outbound_number',
      'outbound_trunk',
    ],
  }),
);

const actWays = { PUT: act.put, POST: act.post } as const;
const actSamples = Object.entries(actWays).map(
  ([method, send]): Sample => ({
    way: `call/originate/act ${method}`,
    dialect: 'call-originate-act',
    good: {
      caller: '1001',
      callee: '0820001234',
      context: 'main_routing',
      caller_id: '27110001111',
      trunk_name: 'cisco',
      timeout: '25',
      call_limit: '600',
    },
    send: (redial, fields, who) => send(redial, fields, { ...credentials.act, ...who }),
    referenceIn: (answer) => {
      const { success, message, data } = answer.body;
      const id = data?.originated_call_id;
      expectThat(
        answer.status === 200 && success === 1 && message === null && /^orig\.call\.[0-9]{10}\.[0-9]{6}$/.test(id),
        answer,
      );
      return id;
    },
    complaint: ({ status, body }, field) =>
      status === 200 && body.success === 0 && body.data === null && body.message.includes(`'${field}'`)
        ? undefined
        : `${status} ${JSON.stringify(body)}`,
    strangers: {
      'a wrong user': { username: 'nobody' },
      'a wrong password': { password: 'wrong' },
      'a wrong key': { apiKey: 'wrong' },
    },
    turnedAway: ({ status, body }) =>
      status === 401 && body.success === 0 && body.message === 'BasicAuth or ApiKey is missing/invalid'
        ? undefined
        : `${status} ${JSON.stringify(body)}`,
    equivalent: {
      ...once,
      dial1: '1001',
      dial2: '+27820001234',
      callerId: '27110001111',
      dial1RingTimeoutSeconds: 25,
      talkLimitSeconds: 600,
    },
    fields: ['caller', 'callee', 'context', 'caller_id', 'trunk_name', 'timeout', 'call_limit'],
  }),
);

export const samples: readonly Sample[] = [...click2dial, ...dialupSamples, ...originateCallSamples, ...actSamples];
