import { vendors } from '@redial/dialects';
import { describe, expect, it } from 'vitest';
import { openApi } from './openapi.ts';
import { vendorsOpenApi } from './vendors.ts';

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly Readonly<Record<string, unknown>>[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly description?: string }[];
  readonly responses: Readonly<Record<string, { readonly description?: string }>>;
}
interface Document {
  readonly info: { readonly license?: unknown; readonly contact?: unknown; readonly description?: string };
  readonly servers: readonly unknown[];
  readonly tags: readonly { readonly name: string }[];
  readonly security: readonly Readonly<Record<string, unknown>>[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly webhooks: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: object; readonly securitySchemes: object };
}

/**
 * The rules of redocly's and spectral's recommended sets that these documents could break. Both tools ran over them
 * without a finding.
 */
describe.each([
  ['/openapi.json', openApi('1.2.3', 0)],
  ['/openapi/vendors.json', vendorsOpenApi('1.2.3', vendors)],
])('%s', (_name, json) => {
  const document = json as unknown as Document;
  const text = JSON.stringify(document);
  const own = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ at: `${method} ${path}`, path, operation })),
  );
  const hooks = Object.entries(document.webhooks).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ at: `${method} ${path}`, path: '', operation })),
  );
  const all = [...own, ...hooks];

  it('states its owner and its servers', () => {
    expect(document.info).toMatchObject({ license: expect.anything(), contact: expect.anything() });
    expect(document.servers.length).toBeGreaterThan(0);
  });

  it('names and describes every operation, under an existing tag', () => {
    const tags = document.tags.map(({ name }) => name);
    for (const { at, operation } of all) {
      expect(operation.summary, at).toBeTruthy();
      expect(operation.description, at).toBeTruthy();
      expect(tags, at).toEqual(expect.arrayContaining([...(operation.tags ?? ['none'])]));
    }
    const ids = all.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('states the success, the errors and the credentials of every operation', () => {
    const schemes = Object.keys(document.components.securitySchemes);
    for (const { at, operation } of own) {
      const codes = Object.keys(operation.responses);
      expect(codes.some((code) => code.startsWith('2')) && codes.some((code) => code.startsWith('4')), at).toBe(true);
      const wanted = (operation.security ?? document.security).flatMap((need) => Object.keys(need));
      expect(wanted.length, at).toBeGreaterThan(0);
      expect(schemes, at).toEqual(expect.arrayContaining(wanted));
    }
    for (const { at, operation } of all)
      for (const { description } of Object.values(operation.responses)) expect(description, at).toBeTruthy();
  });

  it('has a parameter for each part of a path, and each once', () => {
    for (const { at, path, operation } of own) {
      const parameters = (operation.parameters ?? []).map(({ name, in: where }) => `${where} ${name}`);
      expect(new Set(parameters).size, at).toBe(parameters.length);
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => `path ${name}`);
      expect(
        parameters.filter((name) => name.startsWith('path ')),
        at,
      ).toEqual(inPath);
    }
  });

  it('contains every component that it references, and references every one that it contains', () => {
    const referred = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name);
    expect(referred.length).toBeGreaterThan(10);
    expect([...new Set(referred)].sort()).toEqual(Object.keys(document.components.schemas).sort());
  });

  it('contains none of generated schema names of zod', () => {
    expect(text).not.toContain('$defs');
    expect(text).not.toContain('"__');
  });
});
