import { problems, v1 } from '@redial/dialects';
import { describe, expect, it } from 'vitest';
import { openApi } from './openapi.ts';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly pattern?: string;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: { readonly $ref?: string };
  readonly additionalProperties?: unknown;
}
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: unknown }>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const document = openApi('1.2.3', Date.UTC(2026, 0, 15)) as unknown as Document;

it('has every endpoint, once', () => {
  const operations = Object.values(document.paths).flatMap((path) =>
    Object.values(path).map((operation) => operation.operationId),
  );
  expect(operations.sort()).toEqual(v1.endpoints.map((endpoint) => endpoint.operation).sort());
});

describe('the schemas that parse requests', () => {
  const call = document.components.schemas['CreateCall'];
  it('are the documented ones', () => {
    expect(Object.keys(call?.properties ?? {})).toEqual(Object.keys(v1.CreateCall.shape));
    expect(call?.required).toEqual(['dial1', 'dial2']);
    expect(call?.additionalProperties).toBe(false);
    expect(call?.properties?.['dial1']?.pattern).toBe('^(\\+?[0-9]{2,19}|[0-9*#]{1,8})$');
    expect(call?.properties?.['callerId']?.pattern).toBe('^\\+?[0-9]{2,19}$');
    expect(call?.properties?.['talkLimitSeconds']?.maximum).toBe(43_200);
  });

  it('have a description if their name is not enough', () => {
    for (const field of ['dial1', 'dial2', 'dial1Context', 'dial1CallerName', 'record', 'clientInfo']) {
      expect(call?.properties?.[field]?.description, field).toMatch(/\.$/);
    }
  });

  it('state how many calls a batch holds', () => {
    const calls = document.components.schemas['CreateBatch']?.properties?.['calls'];
    expect(calls).toMatchObject({ minItems: 1, maxItems: 1_000, items: { $ref: '#/components/schemas/CreateCall' } });
  });
});

it('states the parameters and headers of each operation', () => {
  const names = (path: string, method: string) =>
    document.paths[path]?.[method]?.parameters?.map(
      ({ name, in: where, required }) => `${where} ${name}${required ? '!' : ''}`,
    );
  expect(names('/v1/calls', 'get')).toEqual([
    'query reference',
    'query state',
    'query from',
    'query to',
    'query cursor',
    'query limit',
  ]);
  expect(names('/v1/calls/{id}', 'patch')).toEqual(['path id!', 'header If-Match!']);
  expect(names('/v1/deliveries', 'get')).toEqual(['query state!', 'query limit']);
});

describe('the schemas of answers', () => {
  const { Call: call, Attempt: attempt } = document.components.schemas;

  it('name every field that an answer has', () => {
    expect(Object.keys(call?.properties ?? {}).sort()).toEqual(Object.keys(v1.CallReply.shape).sort());
    expect(Object.keys(attempt?.properties ?? {}).sort()).toEqual(Object.keys(v1.AttemptReply.shape).sort());
  });

  it.each(['extension', 'number', 'service', 'context'])('include a side of the kind %s', (kind) => {
    expect(JSON.stringify(call?.properties?.['dial1'])).toContain(`"const":"${kind}"`);
  });
});

it('states that a recording is a file', () => {
  const responses = document.paths['/v1/recordings/{id}']?.['get']?.responses;
  for (const status of ['200', '206'])
    expect(responses?.[status]?.content).toEqual({ 'audio/wav': { schema: { type: 'string', format: 'binary' } } });
});

it('names every problem of an operation', () => {
  for (const { path, method, problems: own } of v1.endpoints) {
    const responses = document.paths[path]?.[method]?.responses ?? {};
    for (const code of [...own, 'unauthenticated', 'storage_unavailable'] as const) {
      expect(responses[problems[code].status]?.description, `${method} ${path}`).toContain(
        `urn:redial:problem:${code}`,
      );
    }
  }
});

describe('query parameters', () => {
  it('have the types that the parser uses', () => {
    const parameters = (document.paths['/v1/calls']?.['get']?.parameters ?? []) as unknown as readonly {
      readonly name: string;
      readonly schema: Readonly<Record<string, unknown>>;
    }[];
    const schemaOf = (name: string) => parameters.find((parameter) => parameter.name === name)?.schema;
    expect(schemaOf('limit')).toMatchObject({ type: 'integer', minimum: 1, maximum: 200 });
    expect(schemaOf('state')).toMatchObject({ type: 'string', enum: expect.arrayContaining(['queued', 'completed']) });
    expect(schemaOf('from')).toMatchObject({ type: 'string' });
  });
});

describe('examples', () => {
  it.each(
    v1.endpoints.flatMap((endpoint) =>
      Object.entries(endpoint.examples?.('2026-01-16T09:00:00Z') ?? {}).map(
        ([name, { value }]) => [endpoint.operation, name, endpoint.body, value] as const,
      ),
    ),
  )('of what %s is sent (%s) is read by its schema', (_operation, _name, body, value) => {
    expect(body?.safeParse(value)).toMatchObject({ success: true });
  });

  it.each(
    v1.endpoints.flatMap(({ operation, success }) =>
      success.flatMap(({ status, body, example }) =>
        typeof body === 'string' ? [] : [[operation, status, body, example] as const],
      ),
    ),
  )('of what %s answers with %i is read by its schema', (_operation, _status, body, example) => {
    expect(body.safeParse(example).error).toBeUndefined();
  });

  it('exist for every request body', () => {
    for (const { operation, body, examples } of v1.endpoints)
      expect([operation, examples === undefined]).toEqual([operation, body === undefined]);
  });
});
