import type { DatabaseKind } from '../../../shared/model/database-kinds.ts';

/** A statement with the semicolon that tells it from the next one when they are shown together. */
export function closed(statement: string): string {
  const trimmed = statement.trim();
  return trimmed.endsWith(';') ? trimmed : `${trimmed};`;
}

/** A role's statements as one text: SQL told apart by semicolons, Redis's rules as they are. */
export function statementsText(kind: DatabaseKind | null, statements: readonly string[]): string {
  return (kind === 'redis' ? statements : statements.map(closed)).join('\n');
}
