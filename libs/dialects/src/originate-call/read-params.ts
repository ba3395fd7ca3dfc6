import type { RawInput } from '../dialect.ts';
import { type Problem, problem } from '../problem.ts';
import { parseOrderedJson } from './php/ordered-json.ts';
import { parsePhpQuery } from './php/php-query.ts';
import type { PhpArray, PhpRead } from './php/php-value.ts';

export type ReadParams =
  | { readonly ok: true; readonly params: PhpArray }
  | { readonly ok: false; readonly problem: Problem };

/** The request's parameters, from its body or its query: `$params` of the vendor's page. */
export function readParams({ contentType, query, body }: RawInput): ReadParams {
  if (body === '') return paramsOf(parsePhpQuery(query));
  // Which of two counts would be a guess, and a hash covers one of them alone.
  if (query !== '') return malformed('The parameters must be in the query or in the body, not in both.');
  switch (contentType) {
    case 'application/x-www-form-urlencoded':
      return paramsOf(parsePhpQuery(body));
    case 'application/json':
      return paramsOf(parseOrderedJson(body));
    default: {
      const detail = 'The body must be a form (application/x-www-form-urlencoded) or JSON (application/json).';
      return { ok: false, problem: problem('unsupported_media_type', { detail }) };
    }
  }
}

function paramsOf(read: PhpRead): ReadParams {
  return read.ok ? read : malformed(read.message);
}

function malformed(detail: string): ReadParams {
  return { ok: false, problem: problem('malformed_body', { detail }) };
}
