/** A statement with the semicolon that tells it from the next one when they are shown together. */
export function closed(statement: string): string {
  const trimmed = statement.trim();
  return trimmed.endsWith(';') ? trimmed : `${trimmed};`;
}
