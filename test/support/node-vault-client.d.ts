/** The package has no types of its own: what the compatibility suite uses of it. */
declare module 'node-vault-client' {
  // biome-ignore lint/style/noDefaultExport: as the package does
  export default class VaultClient {
    constructor(options: {
      readonly api: { readonly url: string };
      readonly auth: { readonly type: string; readonly config: Readonly<Record<string, string>> };
      readonly logger: false;
    });
    read(path: string): Promise<Lease>;
    list(path: string): Promise<Lease>;
    // biome-ignore lint/suspicious/noExplicitAny: whatever the broker answered
    write(path: string, data: object): Promise<any>;
  }

  interface Lease {
    // biome-ignore lint/suspicious/noExplicitAny: whatever the broker answered
    getValue(key: string): any;
    // biome-ignore lint/suspicious/noExplicitAny: whatever the broker answered
    getData(): any;
    isRenewable(): boolean;
  }
}
