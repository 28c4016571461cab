/** What stands in a statement's `{{…}}`. Vault knows `{{name}}` and `{{username}}` as the same. */
export interface TemplateValues {
  readonly username: string;
  readonly expiration?: string;
  /** The verifier, or the password where the connection asks for that. */
  readonly password?: string;
}

/** Replaces the placeholders by plain text, as Vault does; all values are of charsets that need no quoting. */
export function fillTemplate(statement: string, values: TemplateValues): string {
  const table: Readonly<Record<string, string | undefined>> = { ...values, name: values.username };
  return statement.replace(
    /\{\{\s*(name|username|expiration|password)\s*\}\}/g,
    (whole, key: string) => table[key] ?? whole,
  );
}
