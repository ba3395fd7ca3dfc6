import type { Result } from '@redial/call';
import type { RawInput } from '../dialect.ts';
import { fieldName } from '../shared/check-fields.ts';
import { duplicateKeys } from '../shared/duplicate-keys.ts';
import { type Problem, problem } from '../shared/problem.ts';
import { parseOrderedJson } from './php/ordered-json.ts';
import { parsePhpQuery } from './php/php-query.ts';
import { bytesOf, isPhpArray, type PhpArray, type PhpValue } from './php/php-value.ts';

type ReadParams =
  | {
      readonly ok: true;
      readonly params: PhpArray;
      /** The parameters in the bytes that were sent: the client hashes those. */
      readonly sent: PhpArray;
    }
  | { readonly ok: false; readonly problem: Problem };

/** The request's parameters, from its body or its query: `$params` of the vendor's page. */
export function readParams({ contentType, charset, query, body }: RawInput): ReadParams {
  if (body === '') return paramsOf(parsePhpQuery(query));
  // It is not defined which of the two counts, and the hash covers only one of them.
  if (query !== '') return malformed('The parameters must be in the query or in the body, not in both.');
  switch (contentType) {
    case 'application/x-www-form-urlencoded':
      return paramsOf(parsePhpQuery(body), charset);
    case 'application/json': {
      const read = paramsOf(parseOrderedJson(body));
      const twice = read.ok ? duplicateKeys(body).map((key) => fieldName(key).replaceAll('/', '.')) : [];
      return twice.length === 0 ? read : malformed(`${twice.join(', ')} comes more than once.`);
    }
    default: {
      const detail = 'The body must be a form (application/x-www-form-urlencoded) or JSON (application/json).';
      return { ok: false, problem: problem('unsupported_media_type', { detail }) };
    }
  }
}

function paramsOf(read: Result<PhpArray>, charset?: string): ReadParams {
  if (!read.ok) return malformed(read.message);
  if (charset === undefined) return { ok: true, params: read.value, sent: read.value };
  const params = inUtf8(read.value, new TextDecoder(charset));
  return { ok: true, params, sent: read.value };
}

/** Bytes that are not in the charset become U+FFFD, which no field accepts. */
function inUtf8(array: PhpArray, decoder: TextDecoder): PhpArray {
  const text = (bytes: string) => bytesOf(decoder.decode(Buffer.from(bytes, 'latin1')));
  const entries = [...array].map(([name, value]): [string, PhpValue] => {
    if (isPhpArray(value)) return [text(name), inUtf8(value, decoder)];
    return [text(name), typeof value === 'string' ? text(value) : value];
  });
  return new Map(entries);
}

function malformed(detail: string): ReadParams {
  return { ok: false, problem: problem('malformed_body', { detail }) };
}
