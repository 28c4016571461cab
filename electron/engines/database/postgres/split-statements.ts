/**
 * Takes a text apart at its semicolons, as PostgreSQL would: not inside quotes, dollar quotes and comments.
 *
 * A function body in SQL's own form (`BEGIN ATOMIC … END`) has bare semicolons; such a text stays whole, and the server
 * takes it apart.
 *
 * What begins and ends a transaction, which some write around their statements, is left out: they run within one of ours, and a
 * COMMIT in the middle would keep what was done so far of something that fails afterwards.
 */
export function splitStatements(text: string): string[] {
  if (/\bBEGIN\s+ATOMIC\b/i.test(text)) return [text.trim()];
  const statements: string[] = [];
  let start = 0;
  let at = 0;
  while (at < text.length) {
    if (text[at] === ';') {
      statements.push(text.slice(start, at));
      start = at + 1;
      at += 1;
    } else {
      at = skipToken(text, at);
    }
  }
  statements.push(text.slice(start));
  return statements.map((statement) => statement.trim()).filter(isStatement);
}

const TRANSACTION = /^(?:BEGIN|START\s+TRANSACTION|END|COMMIT(?!\s+PREPARED))\b/i;

/** A comment alone is not a statement: the server would answer nothing. */
function isStatement(text: string): boolean {
  const words = text.slice(skipBlank(text));
  return words !== '' && !TRANSACTION.test(words);
}

/** Where the first thing begins that is neither white space nor a comment. */
function skipBlank(text: string): number {
  let at = 0;
  while (at < text.length) {
    const next = skipComment(text, at);
    if (next === at && !/\s/.test(text[at] ?? '')) return at;
    at = Math.max(next, at + 1);
  }
  return at;
}

/** Where the token that begins here ends; anything plain is one character. */
function skipToken(text: string, at: number): number {
  const comment = skipComment(text, at);
  if (comment > at) return comment;
  const here = text[at];
  if (here === "'")
    return skipQuoted(text, at, "'", /(^|[^\w$])[eE]$/.test(text.slice(Math.max(0, at - 2), at)));
  if (here === '"') return skipQuoted(text, at, '"', false);
  if (here === '$') return skipDollarQuoted(text, at);
  return at + 1;
}

function skipComment(text: string, at: number): number {
  if (text.startsWith('--', at)) {
    const end = text.indexOf('\n', at);
    return end < 0 ? text.length : end + 1;
  }
  if (!text.startsWith('/*', at)) return at;
  // Comments nest in PostgreSQL.
  let depth = 0;
  for (let here = at; here < text.length; here += 1) {
    if (text.startsWith('/*', here)) {
      depth += 1;
      here += 1;
    } else if (text.startsWith('*/', here)) {
      depth -= 1;
      here += 1;
      if (depth === 0) return here + 1;
    }
  }
  return text.length;
}

/** A doubled quote needs no case of its own: it ends one quoted part and begins the next. */
function skipQuoted(text: string, at: number, quote: string, backslashes: boolean): number {
  for (let here = at + 1; here < text.length; here += 1) {
    if (backslashes && text[here] === '\\') here += 1;
    else if (text[here] === quote) return here + 1;
  }
  return text.length;
}

function skipDollarQuoted(text: string, at: number): number {
  const inName = at > 0 && /[\w$]/.test(text[at - 1] ?? '');
  const tag = inName
    ? undefined
    : /^\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/.exec(text.slice(at, at + 66))?.[0];
  if (!tag) return at + 1;
  const end = text.indexOf(tag, at + tag.length);
  return end < 0 ? text.length : end + tag.length;
}
