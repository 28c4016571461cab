/** Writes an instant (milliseconds since 1970) as RFC 3339, which Vault's clients parse. */
export function formatInstant(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
