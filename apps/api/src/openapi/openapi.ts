import { type ProblemCode, problems, problemType, v1 } from '@redial/dialects';
import { z } from 'zod';

type Json = Readonly<Record<string, unknown>>;

const everywhere: readonly ProblemCode[] = ['unauthenticated', 'too_many_requests', 'internal', 'storage_unavailable'];

/** The `/v1` API as OpenAPI 3.1, made from the schemas that read its requests and from the table that mounts its addresses. */
export function openApi(version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const endpoint of v1.endpoints) {
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method]: operation(endpoint) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Redial',
      version,
      description: [
        'Places calls, now or later; tries again when nobody picks up; says what happened.',
        'On the simulated PBX of `npm start`, [each of its test numbers](/docs/test-numbers) is busy, does not answer, or whatever you want to see.',
        'Errors are `application/problem+json` (RFC 9457) with a stable `type`, and name every field that is wrong.',
        'Instants are read as RFC 3339 with an offset or as `YYYYMMDDhhmm` in your time zone, and written as RFC 3339 in your time zone.',
      ].join('\n\n'),
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { apiKey: [] }],
    paths,
    components: {
      schemas: schemas(),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'Your API key.' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
    },
  };
}

function operation(endpoint: v1.Endpoint): Json {
  const { operation: operationId, summary, description, path, query, requestHeaders = {}, body } = endpoint;
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string' },
    })),
    ...(query === undefined ? [] : queryParameters(query)),
    ...Object.entries(requestHeaders).map(([name, header]) => ({
      name,
      in: 'header',
      ...header,
      schema: { type: 'string' },
    })),
  ];
  return {
    operationId,
    tags: [tagOf(path)],
    summary,
    ...(description !== undefined && { description }),
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: reference(body) } } },
    }),
    responses: responses(endpoint),
  };
}

function tagOf(path: string): string {
  if (path.startsWith('/v1/deliveries')) return 'CDR deliveries';
  return path.startsWith('/v1/recordings') ? 'Recordings' : 'Calls';
}

function queryParameters(query: z.ZodObject): Json[] {
  return Object.entries(query.shape).map(([name, field]) => {
    const { description, ...schema } = jsonSchema(field as z.ZodType, 'input');
    const required = !(field as z.ZodType).safeParse(undefined).success;
    return { name, in: 'query', required, ...(description !== undefined && { description }), schema };
  });
}

function responses({ success, problems: own }: v1.Endpoint): Json {
  const found: Record<string, Json> = {};
  for (const { status, description, body, headers = {} } of success) {
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
          : { 'application/json': { schema: reference(body) } },
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

/** Every named schema once; the others are written where they stand. */
const named: readonly (readonly [schema: z.ZodType, io: 'input' | 'output'])[] = [
  [v1.CreateCall, 'input'],
  [v1.CreateBatchDocumented, 'input'],
  [v1.RescheduleCall, 'input'],
  [v1.CallReply, 'output'],
  [v1.CallPageReply, 'output'],
  [v1.CallSummaryReply, 'output'],
  [v1.AttemptReply, 'output'],
  [v1.LegReply, 'output'],
  [v1.BatchReply, 'output'],
  [v1.DeliveryReply, 'output'],
  [v1.DeliveriesReply, 'output'],
  [v1.ProblemReply, 'output'],
];

function schemas(): Json {
  return Object.fromEntries(named.map(([schema, io]) => [nameOf(schema), jsonSchema(schema, io)]));
}

/** zod puts schemas that have an id of their own into `$defs`, the schema itself among them: here they are components. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema, $defs, ...own } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' }) as Record<string, unknown>;
  const name = schema.meta()?.id;
  const { id, ...rest } = {
    ...own,
    ...(name !== undefined && ($defs as Record<string, object> | undefined)?.[name]),
  } as Record<string, unknown>;
  if (name !== undefined && $defs !== undefined) delete rest['$ref'];
  return JSON.parse(JSON.stringify(rest).replaceAll('"#/$defs/', '"#/components/schemas/')) as Record<string, unknown>;
}

function reference(schema: z.ZodType): Json {
  return { $ref: `#/components/schemas/${nameOf(schema)}` };
}

function nameOf(schema: z.ZodType): string {
  const name = schema.meta()?.id;
  if (name === undefined) throw new TypeError('a schema of the API needs an id');
  return name;
}
