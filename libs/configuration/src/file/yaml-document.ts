import type { Issue, Result } from '@redial/call';
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  visit,
} from 'yaml';
import type { FieldIssue } from './validation-sentences.ts';
import { yamlSentences } from './yaml-sentences.ts';

/** An issue at a place of a text. Line and column count from 1. */
export interface PlacedIssue extends FieldIssue {
  readonly line: number;
  readonly column: number;
}

/** A text that is YAML, and the data to locate its fields. */
interface YamlFile {
  readonly root: unknown;
  /** Missing variables. The rest of the document can still be checked. */
  readonly issues: readonly PlacedIssue[];
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
}

/** How many times aliases may multiply. More is an attack or an accident. */
const aliasesMax = 100;

/** YAML 1.2 text → its value, with `${NAME}` replaced. */
export function parseYaml(
  text: string,
  environment: NodeJS.ProcessEnv,
): Result<YamlFile, { readonly issues: readonly PlacedIssue[] }> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const issueAt = (offset: number, message = 'this is not valid YAML'): PlacedIssue => ({
    ...placeOf(lines, offset),
    path: ['yaml'],
    message,
  });
  const broken = [...document.errors, ...document.warnings].map((e) => issueAt(e.pos[0], yamlSentences[e.code]));
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document) === undefined) broken.push(issueAt(alias.range?.[0] ?? 0, yamlSentences.BAD_ALIAS));
    },
  });
  if (broken.length > 0) return { ok: false, issues: broken };

  const issues = insertVariables(document, environment, lines);
  try {
    return { ok: true, value: { root: document.toJS({ maxAliasCount: aliasesMax }), issues, document, lines } };
  } catch (error) {
    if (!(error instanceof ReferenceError || error instanceof RangeError)) throw error;
    return { ok: false, issues: [issueAt(0, 'aliases stand for too much')] };
  }
}

/**
 * The positions of the issues; a missing field has its parent's. The field of a missing variable has one issue alone.
 */
export function placeIssues(yaml: YamlFile, fields: readonly FieldIssue[]): PlacedIssue[] {
  const placed = fields.map((field) => ({ ...field, ...placeOf(yaml.lines, offsetOf(yaml.document, field)) }));
  const missing = new Set(yaml.issues.map(({ line, column }) => `${line}:${column}`));
  return [...yaml.issues, ...placed.filter(({ line, column }) => !missing.has(`${line}:${column}`))];
}

/**
 * The text's offset of the value at `path`, or of its nearest ancestor. A map or a list under a key starts at its key.
 */
function offsetOf(document: Document.Parsed, { path, atName }: FieldIssue): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range?.[0] ?? 0;
  for (const [depth, part] of path.entries()) {
    const target: unknown = isAlias(node) ? node.resolve(document) : node;
    if (isMap<Scalar, Node | null>(target)) {
      const pair = target.items.find(({ key }) => String(key.value) === String(part));
      if (pair === undefined) return offset;
      node = pair.value;
      const byName = (atName && depth === path.length - 1) || !hasOwnPlace(pair.value);
      const at = byName ? pair.key : pair.value;
      offset = at?.range?.[0] ?? offset;
    } else if (isSeq<Node | null>(target)) {
      node = target.items[Number(part)];
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

function hasOwnPlace(value: Node | null): boolean {
  return isAlias(value) || (isScalar(value) && value.value !== null);
}

const wholeVariable = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/;
const anyVariable = /\$\{[A-Za-z_][A-Za-z0-9_]*\}/;

function insertVariables(document: Document.Parsed, environment: NodeJS.ProcessEnv, lines: LineCounter): PlacedIssue[] {
  const issues: PlacedIssue[] = [];
  visit(document, {
    Scalar(key, node, ancestors) {
      if (key === 'key' || typeof node.value !== 'string') return;
      const report = (message: string) => {
        issues.push({ ...placeOf(lines, node.range?.[0] ?? 0), path: pathOf(key, ancestors), message });
      };
      const name = wholeVariable.exec(node.value)?.[1];
      if (name === undefined) {
        if (anyVariable.test(node.value)) report(`\${NAME} must be the whole value`);
        return;
      }
      const value = environment[name];
      if (value === undefined || value === '') {
        report(`the environment variable ${name} is ${value === '' ? 'empty' : 'not set'}`);
      } else {
        node.value = value;
      }
    },
  });
  return issues;
}

/** yaml's `visit` gives the position in the parent, and all ancestors. */
function pathOf(key: number | 'key' | 'value' | null, ancestors: readonly unknown[]): Issue['path'] {
  const path: (string | number)[] = [];
  ancestors.forEach((ancestor, depth) => {
    if (isSeq(ancestor)) {
      const next = ancestors[depth + 1];
      path.push(next === undefined ? Number(key) : ancestor.items.indexOf(next));
    } else if (typeof ancestor === 'object' && ancestor !== null && 'key' in ancestor && isScalar(ancestor.key)) {
      path.push(String(ancestor.key.value));
    }
  });
  return path;
}

function placeOf(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}
