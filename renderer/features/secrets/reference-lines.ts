import { formatReference } from '../../../shared/model/reference.ts';

/** Where the desktop keeps secrets. */
const MOUNT = 'secret';
/** More would be no line to read; a longer secret is better served by an env file. */
const MOST_IN_A_LINE = 4;

/** The `kw run` line that hands the first fields of a secret to a program, as a POSIX shell reads it. */
export function runLine(path: string, fields: readonly string[]): string {
  const parts = fields
    .slice(0, MOST_IN_A_LINE)
    .map((field) => `-e ${shellWord(`${environmentName(field)}=${referenceTo(path, field)}`)}`);
  return ['kw run', ...parts, '-- npm run dev'].join(parts.length > 1 ? ' \\\n  ' : ' ');
}

/** The lines of an env file that name the fields of a secret instead of holding them. */
export function envLines(path: string, fields: readonly string[]): string {
  return fields.map((field) => `${field}=${envValue(referenceTo(path, field))}`).join('\n');
}

function referenceTo(path: string, field: string): string {
  return formatReference({ path: `${MOUNT}/${path}`, field, version: undefined });
}

function environmentName(field: string): string {
  const plain = field.toUpperCase().replace(/[^A-Z0-9_]/g, '_');
  return /^\d/.test(plain) ? `_${plain}` : plain;
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./#-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A bare value ends at ` #`, so what holds a space or a quote is quoted. */
function envValue(text: string): string {
  if (!/[\s'"`]/.test(text)) return text;
  return text.includes("'") ? `"${text.replace(/["\\]/g, '\\$&')}"` : `'${text}'`;
}
