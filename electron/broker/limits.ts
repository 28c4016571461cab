/** SECURITY(B3): what one client may ask of the broker. Sizes in bytes, times in milliseconds. */
export const LIMITS = {
  body: 32 * 1024 * 1024,
  /** All large bodies that are being read at once: they cannot fill the memory. */
  largeBodies: 96 * 1024 * 1024,
  /** What every body has beyond that: who stalls with large ones cannot keep ordinary writes out. */
  smallBody: 64 * 1024,
  jsonDepth: 100,
  headerBytes: 16 * 1024,
  headerCount: 100,
  url: 8 * 1024,
  queryParameters: 100,
  connections: 2000,
  /** From the first byte to the end of the headers. */
  headersTimeout: 10_000,
  /** From the first byte to the end of the body. */
  requestTimeout: 60_000,
  keepAliveTimeout: 75_000,
  /** What is still being answered when the broker closes gets this long. */
  closingGrace: 5_000,
} as const;

/** The times that a server of its own may be given, for tests of slow clients. */
export type Timeouts = {
  readonly [Name in 'headersTimeout' | 'requestTimeout' | 'keepAliveTimeout']: number;
};
