import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';

/** A template taken apart: plain text, and actions to be worked out. */
export type Template = readonly (string | Pipeline)[];

/** Commands joined by `|`: what one makes is the next one's last argument. */
export interface Pipeline {
  readonly commands: readonly Command[];
}

/** One operand alone, or a function with its arguments. */
export interface Command {
  readonly first: Operand;
  readonly rest: readonly Operand[];
}

export type Operand =
  | { readonly kind: 'value'; readonly value: string | number }
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'pipeline'; readonly pipeline: Pipeline };

const LONGEST = 1024;
const DEEPEST = 10;
const ACTION = /\{\{(-?)((?:[^"`}]|"(?:[^"\\]|\\.)*"|`[^`]*`)*?)(-?)\}\}/g;
const TOKEN = /\s+|"(?:[^"\\]|\\.)*"|`[^`]*`|\d+|\.[A-Za-z]\w*|[A-Za-z_]\w*|[|()]/y;

/** Reads the part of Go's templates that user names are made with. Throws `invalid-request` in words. */
export function parseTemplate(text: string): Template {
  if (text.length > LONGEST) throw refused(`is longer than ${LONGEST} characters`);
  const parts: (string | Pipeline)[] = [];
  let at = 0;
  let trims = false;
  const addText = (plain: string, trimEnd: boolean) => {
    if (plain.includes('{{')) throw refused('has a {{ that does not end');
    const kept = trims ? plain.trimStart() : plain;
    parts.push(trimEnd ? kept.trimEnd() : kept);
  };
  for (const action of text.matchAll(ACTION)) {
    addText(text.slice(at, action.index), action[1] === '-');
    parts.push(parsePipeline(tokensOf(action[2] ?? '')));
    trims = action[3] === '-';
    at = action.index + action[0].length;
  }
  addText(text.slice(at), false);
  return parts.filter((part) => part !== '');
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const [token] = TOKEN.exec(text) ?? [];
    if (token === undefined) throw refused('has something in {{ }} that is not understood');
    if (token.trim() !== '') tokens.push(token);
  }
  return tokens;
}

function parsePipeline(tokens: string[], depth = 0): Pipeline {
  if (depth > DEEPEST) throw refused('has too many parentheses');
  const commands: Command[] = [];
  do {
    const operands: Operand[] = [];
    while (tokens.length > 0 && tokens[0] !== '|' && tokens[0] !== ')')
      operands.push(parseOperand(tokens, depth));
    const [first, ...rest] = operands;
    if (!first) throw refused('has an empty action');
    commands.push({ first, rest });
  } while (tokens[0] === '|' && tokens.shift());
  if (depth === 0 && tokens.length > 0) throw refused('has a ) too many');
  return { commands };
}

function parseOperand(tokens: string[], depth: number): Operand {
  const token = tokens.shift() ?? '';
  if (token === '(') {
    const pipeline = parsePipeline(tokens, depth + 1);
    if (tokens.shift() !== ')') throw refused('has a ( that does not end');
    return { kind: 'pipeline', pipeline };
  }
  if (token.startsWith('"')) return { kind: 'value', value: unquote(token) };
  if (token.startsWith('`')) return { kind: 'value', value: token.slice(1, -1) };
  if (/^\d/.test(token)) return { kind: 'value', value: Number(token) };
  if (token.startsWith('.')) return { kind: 'field', name: token.slice(1) };
  return { kind: 'function', name: token };
}

function unquote(token: string): string {
  try {
    return String(JSON.parse(token));
  } catch {
    throw refused('has a text whose escapes are not understood');
  }
}

/** All that is ever wrong with a template. */
export function refused(words: string): KeywardenError {
  return new KeywardenError('invalid-request', `username_template ${words}`);
}
