import type { Engine } from '../../../electron/core/engine.ts';
import type { Operation } from '../../../shared/model/operation.ts';

/** The pipeline as a client asks it, from within or over HTTP. Throws when it is refused. */
export type Ask = (operation: Operation, path: string, data?: Record<string, unknown>) => Promise<unknown>;

/** A kind of server that credentials are made on, as the conformance suite sees it. */
export interface DynamicTarget {
  readonly name: string;
  readonly engine: Engine;
  /** Where a credential is asked for. */
  readonly credsPath: string;
  /** What a proof says of the door. */
  readonly refused: string;
  /** What a client is told there, by code or by words, when its password opens nothing. */
  readonly refusal: RegExp;
  /** Where a look at the target is asked for: it keeps marks by which users are known again. */
  readonly reconcilePath: string;
  /** Starts the real server. */
  start(): Promise<StartedTarget>;
}

/** A real server that runs. */
export interface StartedTarget {
  readonly port: number;
  /** Mounts the engine if need be, and configures it for the server behind that port; the role's TTL is an hour. */
  configure(ask: Ask, port: number): Promise<void>;
  /** Logs in as a user does. Throws what the server says. */
  login(username: string, password: string): Promise<OpenSession>;
  /** The users that are not the server's own. */
  users(): Promise<readonly string[]>;
  /** Makes a user by hand, with what marks another one: as it is there, or with a deadline that is over put into it. */
  plantMark(from: string, to: string, how: 'copied' | 'overdue'): Promise<void>;
  /** Removes a user as somebody else would, behind Keywarden's back. */
  removeByHand(username: string): Promise<void>;
  stop(): Promise<void>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** A session that a user has opened. */
export interface OpenSession {
  /** Resolves when the server has ended it. */
  readonly ended: Promise<unknown>;
  close(): void | Promise<void>;
}
