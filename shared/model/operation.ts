/** What a request wants to do with a path. The names are Vault's. */
export type Operation = 'create' | 'read' | 'update' | 'patch' | 'delete' | 'list';

/** What a policy can grant: the operations, `sudo` for protected paths, and `deny`, which wins over all. */
export type Capability = Operation | 'sudo' | 'deny';
