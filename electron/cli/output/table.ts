/** One line of a table: what it is called and what it is. */
export type TableRow = readonly [key: string, value: unknown];

/** Lays rows out in two columns, as Vault's own command line does. */
export function formatTable(rows: readonly TableRow[]): string {
  const all = [['Key', 'Value'], ['---', '-----'], ...rows.map(([key, value]) => [key, plainText(value)])];
  const width = Math.max(...all.map(([key = '']) => key.length));
  return all.map(([key = '', value = '']) => `${visible(key).padEnd(width)}    ${visible(value)}\n`).join('');
}

/** A value as one piece of text: texts as they are, everything else as JSON. */
export function plainText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** Shows control characters instead of obeying them: a stored value must not be able to drive the terminal. */
export function visible(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, (character) => {
    return `\\x${(character.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`;
  });
}
