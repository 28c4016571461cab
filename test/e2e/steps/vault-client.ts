import nodeVault from 'node-vault';

/** An unmodified Vault client, as an app has it. */
export function vaultClient(address: string, token?: string): nodeVault.client {
  return nodeVault({ endpoint: address, ...(token !== undefined && { token }) });
}

/** The HTTP status that a client was refused with; 200 when it was not. */
export async function statusOf(asked: Promise<unknown>): Promise<number | undefined> {
  try {
    await asked;
    return 200;
  } catch (error) {
    return (error as { response?: { statusCode?: number } }).response?.statusCode;
  }
}
