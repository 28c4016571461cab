import { lexPolicy } from './lex-policy.ts';
import { MAX_NESTING, type SyntaxEntry, type SyntaxNode } from './syntax-tree.ts';
import { TokenReader } from './token-reader.ts';

/** Parses a JSON policy, strictly, and keeps the offsets that `JSON.parse` would lose. */
export function parseJson(text: string): readonly SyntaxEntry[] {
  const reader = new TokenReader(text, lexPolicy(text, 'json'));
  reader.expectMark('{');
  const entries = readEntries(reader, 1);
  if (reader.peek().kind !== 'end') throw reader.unexpected('the end');
  return entries;
}

function readEntries(reader: TokenReader, depth: number): SyntaxEntry[] {
  const entries: SyntaxEntry[] = [];
  if (reader.takeMark('}')) return entries;
  do {
    if (reader.peek().kind !== 'string') throw reader.unexpected('a quoted name');
    const key = reader.take();
    reader.expectMark(':');
    entries.push({ key: key.text, at: key.at, value: readValue(reader, depth) });
  } while (reader.takeMark(','));
  reader.expectMark('}');
  return entries;
}

function readValue(reader: TokenReader, depth: number): SyntaxNode {
  const { kind, text, at } = reader.peek();
  if (depth > MAX_NESTING) throw reader.fail(at, 'nested too deeply');
  if (reader.takeMark('{')) return { kind: 'object', at, entries: readEntries(reader, depth + 1) };
  if (reader.takeMark('[')) return { kind: 'list', at, items: readItems(reader, depth + 1) };
  if (kind === 'string') return { kind: 'scalar', at, value: reader.take().text };
  if (kind === 'number') return { kind: 'scalar', at, value: Number(reader.take().text) };
  if (kind === 'identifier' && (text === 'true' || text === 'false' || text === 'null')) {
    reader.take();
    return { kind: 'scalar', at, value: text === 'null' ? null : text === 'true' };
  }
  throw reader.unexpected('a value');
}

function readItems(reader: TokenReader, depth: number): SyntaxNode[] {
  const items: SyntaxNode[] = [];
  if (reader.takeMark(']')) return items;
  do {
    items.push(readValue(reader, depth));
  } while (reader.takeMark(','));
  reader.expectMark(']');
  return items;
}
