/** The keyed hash of a secret-id: bound to its mount and role, and never that of a token. */
export function secretIdHash(
  turn: { readonly mount: { readonly uuid: string }; keyedHash(text: string): string },
  role: string,
  secretId: string,
): string {
  return turn.keyedHash(`secret-id\n${turn.mount.uuid}\n${role}\n${secretId}`);
}
