import { type ProblemCode, problems, problemType, v1 } from '@redial/dialects';
import type { z } from 'zod';
import { componentsOf, inlineSchema, type Json, reference } from './json-schema.ts';

const everywhere: readonly ProblemCode[] = ['unauthenticated', 'too_many_requests', 'internal', 'storage_unavailable'];

/** The form of ids in a path. */
const ulid = '[0-9A-HJKMNP-TV-Z]{26}';
const idPatterns = {
  call: `^call_${ulid}$`,
  attempt: `^att_${ulid}$`,
  delivery: `^att_${ulid}[.][a-z][a-z0-9_-]{0,39}$`,
} as const;

/**
 * The `/v1` API as OpenAPI 3.1, made from the schemas that read its requests and from the table that mounts its
 * addresses. `now`: its examples are for tomorrow.
 */
export function openApi(version: string, now: number): Json {
  const tomorrow = `${new Date(now + 86_400_000).toISOString().slice(0, 10)}T09:00:00Z`;
  const paths: Record<string, Record<string, Json>> = {};
  for (const endpoint of v1.endpoints) {
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method]: operation(endpoint, tomorrow) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Redial',
      version,
      description: [
        'Places calls, now or later; tries again when a call is not answered; reports what happened.',
        'On the simulated PBX of `npm start`, [each of its test numbers](/docs/test-numbers) is busy, does not answer, or whatever you want to see.',
        'Errors are `application/problem+json` (RFC 9457) with a stable `type`, and name every field that is wrong.',
        'The vendors’ addresses are in a document of their own: `/openapi/vendors.json`.',
        'Instants are read as RFC 3339 with an offset or as `YYYYMMDDhhmm` in your time zone, and written as RFC 3339 in your time zone.',
      ].join('\n\n'),
      license: { name: 'Apache 2.0', identifier: 'Apache-2.0' },
      contact: { name: 'Redial' },
    },
    tags: [
      { name: 'Calls', description: 'Place, find, move and cancel calls.' },
      { name: 'CDR deliveries', description: 'What became of each attempt, on its way to you.' },
      { name: 'Recordings', description: 'Recordings of calls.' },
    ],
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { apiKey: [] }],
    paths,
    webhooks,
    components: {
      schemas: componentsOf(named),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'Your API key.' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
    },
  };
}

function operation(endpoint: v1.Endpoint, tomorrow: string): Json {
  const { operation: operationId, summary, path, query, requestHeaders = {}, body, parameterExamples = {} } = endpoint;
  const { description = `${summary}.`, examples, idOf = 'call' } = endpoint;
  const exampleOf = (name: string) =>
    parameterExamples[name] === undefined ? {} : { example: parameterExamples[name] };
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      description: whence[idOf],
      schema: { type: 'string', pattern: idPatterns[idOf] },
    })),
    ...(query === undefined ? [] : queryParameters(query, exampleOf)),
    ...Object.entries(requestHeaders).map(([name, header]) => ({
      name,
      in: 'header',
      ...header,
      ...exampleOf(name),
      schema: { type: 'string' },
    })),
  ];
  return {
    operationId,
    tags: [tagOf(path)],
    summary,
    description,
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: reference(body, 'input'), examples: examples?.(tomorrow) } },
      },
    }),
    responses: responses(endpoint),
  };
}

const whence = {
  call: '`id` of the answer to a request that placed a call.',
  attempt: 'The id of the CDR.',
  delivery: '`id` of a delivery that was given up.',
} as const;

/** The operations that accept the id of an answer. */
const links = Object.fromEntries(
  ['getCall', 'cancelCall', 'rescheduleCall'].map((operationId) => [
    operationId,
    { operationId, parameters: { id: '$response.body#/id' } },
  ]),
);

function tagOf(path: string): string {
  if (path.startsWith('/v1/deliveries')) return 'CDR deliveries';
  return path.startsWith('/v1/recordings') ? 'Recordings' : 'Calls';
}

/** The type of each parameter after parsing: a number is a number, though a query contains only text. */
export function queryParameters(
  query: z.ZodObject,
  exampleOf: (name: string) => Json,
  io: 'input' | 'output' = 'output',
): Json[] {
  return Object.entries(query.shape).map(([name, field]) => {
    const { description, ...schema } = inlineSchema(field as z.ZodType, io);
    const required = !(field as z.ZodType).safeParse(undefined).success;
    const form = schema['type'] === 'object' ? { style: 'deepObject', explode: true } : {};
    const text = description === undefined ? {} : { description };
    return { name, in: 'query', required, ...text, ...form, schema, ...exampleOf(name) };
  });
}

function responses({ operation, success, problems: own }: v1.Endpoint): Json {
  const found: Record<string, Json> = {};
  for (const { status, description, body, headers = {}, example } of success) {
    found[status] = {
      description,
      ...(Object.keys(headers).length > 0 && {
        headers: Object.fromEntries(
          Object.entries(headers).map(([name, text]) => [name, { description: text, schema: { type: 'string' } }]),
        ),
      }),
      content:
        typeof body === 'string'
          ? { [body]: { schema: { type: 'string', format: 'binary' } } }
          : { 'application/json': { schema: reference(body, 'output'), example } },
      ...(operation === 'createCall' && { links }),
    };
  }
  for (const code of [...own, ...everywhere]) {
    const { status, title } = problems[code];
    const line = `${title}: \`${problemType(code)}\``;
    const before = found[status]?.['description'];
    found[status] = {
      description: before === undefined ? line : `${String(before)}\n\n${line}`,
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    };
  }
  return found;
}

const { webhook: cdrWebhook } = v1.notifications.redial;

const named: Parameters<typeof componentsOf>[0] = [
  [v1.CreateCall, 'input'],
  [v1.CreateBatchDocumented, 'input'],
  [v1.RescheduleCall, 'input'],
  [v1.CallReply, 'output'],
  [v1.CallPageReply, 'output'],
  [v1.BatchReply, 'output'],
  [v1.DeliveriesReply, 'output'],
  [v1.ProblemReply, 'output'],
  [cdrWebhook.schema, 'output'],
];

/** The requests that Redial itself sends: Standard Webhooks. */
const webhooks = {
  cdr: {
    post: {
      operationId: 'cdr',
      tags: ['CDR deliveries'],
      summary: 'A CDR, to a sink of type webhook',
      description: [
        'Sent once for each attempt, and again until it is answered: `webhook-id` stays the same.',
        'A sink with a `format` is sent the vendor’s own shape: `/openapi/vendors.json`.',
      ].join(' '),
      security: [],
      parameters: [
        webhookHeader('webhook-id', 'The id of the delivery. Stable: recognise repetitions by it.'),
        webhookHeader('webhook-timestamp', 'Unix seconds of this try.'),
        webhookHeader('webhook-signature', '`v1,` and the HMAC-SHA256 of id, timestamp and body, in base64.'),
      ],
      requestBody: {
        required: true,
        content: {
          'application/json': { schema: reference(cdrWebhook.schema, 'output'), example: cdrWebhook.example },
        },
      },
      responses: {
        '2XX': { description: 'It is delivered. The body is not read.' },
        '410': { description: 'It is never sent again.' },
        default: { description: 'It is tried again later; a `Retry-After` with 429 or 503 is honoured.' },
      },
    },
  },
};

function webhookHeader(name: string, description: string): Json {
  return { name, in: 'header', required: true, description, schema: { type: 'string' } };
}
