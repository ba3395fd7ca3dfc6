import type { ErrorCode } from 'yaml';

/**
 * The issues of YAML, by the parser's code. The parser's own sentences are not used: some quote the text around the
 * issue, which may be a secret.
 */
export const yamlSentences: Readonly<Partial<Record<ErrorCode, string>>> = {
  ALIAS_PROPS: 'an alias can have neither tag nor anchor',
  BAD_ALIAS: 'this alias is not complete, or its anchor is not defined before it',
  BAD_COLLECTION_TYPE: 'the tag does not fit what follows it',
  BAD_DIRECTIVE: 'this %-directive is not known',
  BAD_DQ_ESCAPE: 'a backslash escape in this "…" text is not valid',
  BAD_INDENT: 'the indentation does not fit the lines above, or a closing bracket is missing',
  BAD_PROP_ORDER: 'anchors and tags come after the ?, : and - signs',
  BAD_SCALAR_START: 'a plain text cannot start with this character: quote it',
  BLOCK_AS_IMPLICIT_KEY:
    'a key cannot have nested keys on its own line: is a quote, a line break or an indentation missing?',
  BLOCK_IN_FLOW: 'indented blocks cannot stand inside [ ] or { }',
  DUPLICATE_KEY: 'this key is already there, above',
  KEY_OVER_1024_CHARS: 'this key is longer than 1024 characters',
  MISSING_CHAR: 'a closing quote, bracket, colon or comma is missing',
  MULTILINE_IMPLICIT_KEY: 'a key must stand on one line: is a colon or a quote missing?',
  MULTIPLE_ANCHORS: 'a value can have one anchor',
  MULTIPLE_DOCS: 'the file must hold one document: a second one starts here',
  MULTIPLE_TAGS: 'a value can have one tag',
  NON_STRING_KEY: 'a key must be text',
  TAB_AS_INDENT: 'tabs cannot indent: use spaces',
  TAG_RESOLVE_FAILED: 'this tag is not known, or does not fit its value',
  UNEXPECTED_TOKEN: 'this was not expected here',
};
