/** One assignment of an env file. */
export interface EnvEntry {
  readonly name: string;
  readonly value: string;
  /** 1-based. */
  readonly line: number;
}

/** An env file, read: its assignments, and the lines that are none. */
export interface EnvFile {
  readonly entries: readonly EnvEntry[];
  readonly problems: readonly { readonly line: number; readonly text: string }[];
}

const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*=(.*)$/;

/**
 * Reads the text of an env file as the usual tools do: comments, `export`, single quotes (literal), double quotes
 * (with `\n`, `\r`, `\t`, `\"`, `\\`, and over several lines), bare values up to ` #`. A later line wins over an earlier one.
 */
export function parseEnvFile(text: string): EnvFile {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const entries = new Map<string, EnvEntry>();
  const problems: { line: number; text: string }[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    if (/^\s*(?:#.*)?$/.test(line)) continue;
    const match = ASSIGNMENT.exec(line);
    const name = match?.[1];
    if (name === undefined) {
      problems.push({ line: index + 1, text: 'not an assignment' });
      continue;
    }
    const start = index;
    const behind = match?.[2] ?? '';
    const raw = behind.trimStart();
    const quote = raw[0];
    let value: string | undefined;
    if (quote === '"' || quote === "'" || quote === '`') {
      // Line by line, each looked at once: an escape reaches no further than its line's end.
      const parts = [raw.slice(1)];
      let end = closing(raw.slice(1), quote);
      while (end < 0 && index + 1 < lines.length) {
        index++;
        const next = lines[index] ?? '';
        parts.push(next);
        end = closing(next, quote);
      }
      if (end >= 0) {
        parts.push((parts.pop() ?? '').slice(0, end));
        const body = parts.join('\n');
        value = quote === '"' ? unescapeDoubleQuoted(body) : body;
      } else index = start;
    } else {
      value = behind.replace(/\s+#.*$/, '').trim();
    }
    if (value === undefined) problems.push({ line: start + 1, text: 'the quote is never closed' });
    else entries.set(name, { name, value, line: start + 1 });
  }
  return { entries: [...entries.values()], problems };
}

function closing(body: string, quote: string): number {
  for (let index = 0; index < body.length; index++) {
    if (body[index] === '\\' && quote === '"') index++;
    else if (body[index] === quote) return index;
  }
  return -1;
}

function unescapeDoubleQuoted(body: string): string {
  const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
  return body.replace(/\\(.)/gs, (_, letter: string) => escapes[letter] ?? letter);
}
