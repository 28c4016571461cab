/** A vault's 16 random bytes as people and records see them: 32 hex digits. */
export function formatVaultId(id: Uint8Array): string {
  return Buffer.from(id).toString('hex');
}

/** The bytes of a vault id, or undefined where the text is none. */
export function parseVaultId(text: string): Uint8Array | undefined {
  return /^[0-9a-f]{32}$/.test(text) ? new Uint8Array(Buffer.from(text, 'hex')) : undefined;
}
