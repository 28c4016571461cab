import { CHAIN_START } from '../crypto/record-chain.ts';

/** Where the record chain stands. */
export interface Head {
  /** The last record's number; 0 before the first. */
  readonly sequence: number;
  /** Its hash. */
  readonly hash: Uint8Array;
  /** Its vault time in milliseconds since 1970. */
  readonly time: number;
}

/** Before the first record. */
export const EMPTY_HEAD: Head = { sequence: 0, hash: CHAIN_START, time: 0 };
