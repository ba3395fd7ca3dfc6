import type { DialectDocumentation, DialectRoute, VendorDialect } from '@redial/dialects';
import type { z } from 'zod';
import { componentsOf, type Json, reference } from './json-schema.ts';
import { queryParameters } from './openapi.ts';

type Documented = VendorDialect & { readonly documentation: DialectDocumentation };

/** The vendors' addresses as OpenAPI 3.1, from the table that mounts them and the schemas that read their requests. */
export function vendorsOpenApi(version: string, vendors: readonly VendorDialect[]): Json {
  const documented = vendors.filter((vendor): vendor is Documented => vendor.documentation !== undefined);
  const paths: Record<string, Record<string, Json>> = {};
  for (const vendor of documented) {
    for (const route of vendor.routes)
      paths[route.path] = { ...paths[route.path], [route.method]: operation(vendor, route) };
    for (const { path } of vendor.recordings) paths[path] = { get: recording(vendor, path) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: "Redial: the vendors' APIs",
      version,
      description: [
        'Four click-to-call APIs that Redial answers as their vendors do.',
        'What is the same, what is better, and how to move: docs/reference/dialects. Redial’s own API is in `/openapi.json`.',
      ].join(' '),
      license: { name: 'Apache 2.0', identifier: 'Apache-2.0' },
      contact: { name: 'Redial' },
    },
    servers: [{ url: '/' }],
    tags: documented.map(({ name, documentation }) => ({ name, description: documentation.description })),
    security: [],
    paths,
    webhooks: Object.assign({}, ...documented.map(webhooksOf)),
    components: {
      schemas: componentsOf(documented.flatMap(schemasOf)),
      securitySchemes: Object.fromEntries(
        documented.flatMap((vendor) =>
          Object.entries(vendor.documentation.security).map(([name, scheme]) => [schemeOf(vendor, name), scheme]),
        ),
      ),
    },
  };
}

function schemasOf({ documentation: { answers, refusal }, notifications }: Documented) {
  const schemas = [...Object.values(answers), refusal, ...Object.values(notifications)].map(({ schema }) => schema);
  return schemas.filter((schema) => schema.meta()?.id !== undefined).map((schema) => [schema, 'output'] as const);
}

function operation(vendor: Documented, route: DialectRoute): Json {
  const { fields, example, summary, description } = vendor.documentation;
  const { method, path } = route;
  const exampleOf = (name: string) => (example[name] === undefined ? {} : { example: example[name] });
  return {
    ...common(vendor, operationIdOf(method, path)),
    summary,
    description: `${description} A \`${method.toUpperCase()}\` ${places[method === 'get' ? 'query' : route.takes]}.`,
    ...(method === 'get'
      ? { parameters: queryParameters(fields, exampleOf, 'input') }
      : { requestBody: { required: true, content: bodies(fields, example, route.takes) } }),
    responses: responses(vendor.documentation),
  };
}

const places: Readonly<Record<DialectRoute['takes'], string>> = {
  json: 'has its fields in a JSON body',
  form: 'has its fields in a form or a JSON body, or in the URL',
  query: 'has its fields in the URL',
  raw: 'has its fields in a form or a JSON body',
  'raw-form': 'has its fields in a form, or in the URL',
};

const form = 'application/x-www-form-urlencoded';
const contentTypes: Readonly<Record<DialectRoute['takes'], readonly string[]>> = {
  json: ['application/json'],
  form: ['application/json', form],
  query: [],
  raw: ['application/json', form],
  'raw-form': [form],
};

function bodies(fields: z.ZodObject, example: Json, takes: DialectRoute['takes']): Json {
  const nested = Object.keys(example).filter((name) => typeof example[name] === 'object');
  const encoding = Object.fromEntries(nested.map((name) => [name, { style: 'deepObject', explode: true }]));
  const schema = reference(fields, 'input');
  return Object.fromEntries(
    contentTypes[takes].map((type) => [
      type,
      { schema, example, ...(type === form && nested.length > 0 && { encoding }) },
    ]),
  );
}

function responses({ answers, refusal }: DialectDocumentation): Json {
  const [json] = Object.keys(answers);
  const refused = reference(refusal.schema, 'output');
  const content = Object.fromEntries(
    Object.entries(answers).map(([type, { schema, example }]) => {
      const accepted = reference(schema, 'output');
      return [type, { schema: type === json ? { anyOf: [accepted, refused] } : accepted, example }];
    }),
  );
  const no = { content: { [json ?? 'application/json']: { schema: refused, example: refusal.example } } };
  return {
    '200': { description: 'Accepted; or, where the vendor answers so, refused.', content },
    '4XX': { description: 'Refused, in the vendor’s words; nothing is dialled.', ...no },
    '5XX': { description: 'It could not be made durable, or its outcome is not known yet.', ...no },
  };
}

function recording(vendor: Documented, path: string): Json {
  return {
    ...common(vendor, operationIdOf('get', path)),
    summary: 'Fetch a recording',
    description: 'By the reference that its CDR has.',
    parameters: [
      { name: 'ref', in: 'path', required: true, description: 'The id of the CDR.', schema: { type: 'string' } },
    ],
    responses: {
      '200': {
        description: 'The recording.',
        content: { 'audio/wav': { schema: { type: 'string', format: 'binary' } } },
      },
      '4XX': {
        description: 'There is none.',
        content: { 'application/json': { schema: reference(vendor.documentation.refusal.schema, 'output') } },
      },
    },
  };
}

function webhooksOf(vendor: Documented): Json {
  const entries = Object.entries(vendor.notifications).map(([format, { summary, schema, example }]) => [
    format,
    {
      post: {
        operationId: `${camel(format)}Notification`,
        tags: [vendor.name],
        summary,
        description: `What a sink with \`format: ${format}\` is given: the body of a webhook, or an entry of a Redis list.`,
        security: [],
        requestBody: {
          required: true,
          content: { 'application/json': { schema: reference(schema, 'output'), example } },
        },
        responses: { '2XX': { description: 'It is delivered.' }, default: { description: 'It is tried again later.' } },
      },
    },
  ]);
  return Object.fromEntries(entries);
}

function common(vendor: Documented, operationId: string): Json {
  const names = Object.keys(vendor.documentation.security);
  return {
    operationId,
    tags: [vendor.name],
    security: [Object.fromEntries(names.map((name) => [schemeOf(vendor, name), []]))],
  };
}

function schemeOf({ name }: Documented, scheme: string): string {
  return `${camel(name)}_${scheme}`;
}

function operationIdOf(method: string, path: string): string {
  return camel(`${method}-${path.replaceAll(/[^A-Za-z0-9]+/g, '-')}`);
}

function camel(name: string): string {
  return name.replaceAll(/-+([A-Za-z0-9])?/g, (_dash, letter: string | undefined) => (letter ?? '').toUpperCase());
}
