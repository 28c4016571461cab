import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { LIMITS } from './limits.ts';

/** Parses a body's JSON: one object, not too deep, no number that would be changed by being stored. Nothing is `{}`. */
export function parseJsonObject(text: string): Record<string, unknown> {
  if (text.trim() === '') return {};
  scan(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which may be a secret.
    throw new KeywardenError('malformed-json');
  }
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new KeywardenError('malformed-json');
  return value as Record<string, unknown>;
}

/** Looks at brackets and numbers only; whether the text is JSON at all is for the parser to say. */
function scan(text: string): void {
  let depth = 0;
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === '"') {
      at = endOfString(text, at);
    } else if (char === '{' || char === '[') {
      depth += 1;
      if (depth > LIMITS.jsonDepth)
        throw new KeywardenError('invalid-request', 'the JSON is nested too deeply');
    } else if (char === '}' || char === ']') {
      depth -= 1;
    } else if (char >= '0' && char <= '9') {
      const end = endOfNumber(text, at);
      if (!isExact(text.slice(at, end))) {
        throw new KeywardenError('invalid-request', 'a number cannot be kept exactly: send it as a string');
      }
      at = end;
      continue;
    }
    at += 1;
  }
}

/** The offset of the closing quote, or of the end. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charAt(at) !== '"') at += text.charAt(at) === '\\' ? 2 : 1;
  return at;
}

function endOfNumber(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && '0123456789.eE+-'.includes(text.charAt(at))) at += 1;
  return at;
}

/** A double keeps 15 significant digits of any number, and more of some. */
function isExact(number: string): boolean {
  if (number.length <= 15 && !/e/i.test(number)) return true;
  const value = Number(number);
  const digits = significantDigits(number);
  if (!Number.isFinite(value)) return Number.isNaN(value);
  if (value === 0) return digits === '';
  return digits.length <= 15 || digits === significantDigits(String(value));
}

function significantDigits(number: string): string {
  const [mantissa = ''] = number.split(/e/i);
  return mantissa.replace('.', '').replace(/^0+/, '').replace(/0+$/, '');
}
