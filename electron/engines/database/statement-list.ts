import { z } from 'zod';

/** SQL statements as Vault takes them: one text with semicolons, a list of such, or the list as JSON text. */
export const statementList = z
  .union([z.array(z.string()), z.string().transform(readText)])
  .transform((texts) => texts.filter((text) => text.trim() !== ''));

function readText(text: string): string[] {
  if (text.trimStart().startsWith('[')) {
    try {
      return z.array(z.string()).parse(JSON.parse(text));
    } catch {
      // Then it is SQL that begins with a bracket, and the server will say what it thinks of that.
    }
  }
  return [text];
}
