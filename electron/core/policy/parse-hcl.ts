import { lexPolicy, type Token } from './lex-policy.ts';
import { MAX_NESTING, type SyntaxEntry, type SyntaxNode } from './syntax-tree.ts';
import { TokenReader } from './token-reader.ts';

/**
 * Parses HCL 1 as far as policies use it: blocks, attributes, lists, objects, heredocs; no interpolation.
 *
 *     file  := entry*            entry := key+ object | key "=" value
 *     value := scalar | "[" (value ",")* "]" | object
 *
 * As in HCL 1, no separator is needed between entries, and a comma does no harm.
 */
export function parseHcl(text: string): readonly SyntaxEntry[] {
  return readEntries(new TokenReader(text, lexPolicy(text, 'hcl')), 'end', 0);
}

function readEntries(reader: TokenReader, until: 'end' | '}', depth: number): SyntaxEntry[] {
  const entries: SyntaxEntry[] = [];
  for (;;) {
    const ahead = reader.peek();
    if (until === 'end' ? ahead.kind === 'end' : reader.takeMark('}')) return entries;
    if (ahead.kind !== 'identifier' && ahead.kind !== 'string') {
      throw reader.unexpected(until === 'end' ? 'a name' : 'a name or "}"');
    }
    entries.push(readEntry(reader, depth));
    reader.takeMark(',');
  }
}

function readEntry(reader: TokenReader, depth: number): SyntaxEntry {
  const keys: Token[] = [];
  while (reader.peek().kind === 'identifier' || reader.peek().kind === 'string') keys.push(reader.take());
  const [first, ...inner] = keys;
  if (first === undefined) throw reader.unexpected('a name');
  if (reader.peek().text === '=' && inner.length > 0) throw reader.unexpected('"{"');
  const value = reader.takeMark('=') ? readValue(reader, depth) : readBlock(reader, depth);
  const nested = inner.reduceRight<SyntaxNode>(
    (node, key) => ({ kind: 'object', at: key.at, entries: [{ key: key.text, at: key.at, value: node }] }),
    value,
  );
  return { key: first.text, at: first.at, value: nested };
}

function readBlock(reader: TokenReader, depth: number): SyntaxNode {
  if (reader.peek().text !== '{' || reader.peek().kind !== 'mark') throw reader.unexpected('"=" or "{"');
  return readValue(reader, depth);
}

function readValue(reader: TokenReader, depth: number): SyntaxNode {
  const { kind, text, at } = reader.peek();
  if (depth > MAX_NESTING) throw reader.fail(at, 'nested too deeply');
  if (reader.takeMark('{')) return { kind: 'object', at, entries: readEntries(reader, '}', depth + 1) };
  if (reader.takeMark('[')) return { kind: 'list', at, items: readItems(reader, depth + 1) };
  if (kind === 'string') return { kind: 'scalar', at, value: reader.take().text };
  if (kind === 'number') return { kind: 'scalar', at, value: Number(reader.take().text) };
  if (kind === 'identifier' && (text === 'true' || text === 'false')) {
    return { kind: 'scalar', at, value: reader.take().text === 'true' };
  }
  throw reader.unexpected('a value');
}

function readItems(reader: TokenReader, depth: number): SyntaxNode[] {
  const items: SyntaxNode[] = [];
  while (!reader.takeMark(']')) {
    items.push(readValue(reader, depth));
    if (!reader.takeMark(',')) {
      if (!reader.takeMark(']')) throw reader.unexpected('"," or "]"');
      break;
    }
  }
  return items;
}
