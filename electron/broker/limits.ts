/** SECURITY(B3): what one client may ask of the broker. Sizes in bytes, times in milliseconds. */
export const LIMITS = {
  body: 32 * 1024 * 1024,
  /** All large bodies that are being read at once: they cannot fill the memory. */
  largeBodies: 96 * 1024 * 1024,
  /** Of these, those of strangers: they cannot keep out the large ones of others. */
  largeBodiesOfStrangers: 64 * 1024 * 1024,
  /** What every body has beyond that: who stalls with large ones cannot keep ordinary writes out. */
  smallBody: 64 * 1024,
  jsonDepth: 100,
  headerBytes: 16 * 1024,
  headerCount: 100,
  url: 8 * 1024,
  queryParameters: 100,
  /** Over TCP, and as many again over the local socket: beyond that, who matters least is cut off. */
  connections: 2000,
  /** Of these, so many are left to whoever has yet to show a living token. */
  roomForStrangers: 200,
  /** So many more may be accepted at once, before the first of them is cut off. */
  acceptedAtOnce: 1000,
  /** Requests that a client may send ahead of their answers. */
  askedAhead: 64,
  /** From the first byte to the end of the headers. */
  headersTimeout: 10_000,
  /** From the first byte to the end of the body. */
  requestTimeout: 60_000,
  keepAliveTimeout: 75_000,
  /** A body that is read whole must bring so many bytes from one look to the next. */
  bodyLook: 10_000,
  bodyProgress: 16 * 1024,
  /** A read that waits for a change gets no longer than this. */
  longestWait: 300_000,
  /** Reads that wait and streams of events, over all connections. */
  waiting: 1000,
  /** Of these, those of one entity (or of one token with its children) at most. */
  waitingEach: 200,
  /** A stream of events says so often that it lives, so that nobody on the way takes it for dead. */
  heartbeat: 15_000,
  /** What one client may leave unread of a stream of events. */
  unreadEvents: 1024 * 1024,
  /** What is still being answered when the broker closes gets this long. */
  closingGrace: 5_000,
} as const;

/** The times that a server of its own may be given, for tests of slow clients. */
export type Timeouts = {
  readonly [Name in 'headersTimeout' | 'requestTimeout' | 'keepAliveTimeout']: number;
};
