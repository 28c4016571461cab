import type { Operation } from '../../shared/model/operation.ts';
import type { ReadDb } from '../vault/state-db.ts';
import type { ValueContext, ValueHash } from '../vault/vault.ts';
import type { Exchange } from './exchange.ts';
import type { Lease } from './leases/lease.ts';
import type { Mount } from './mounts/mount.ts';
import type { CorePorts } from './ports.ts';
import type { ReconcileReport } from './reconcile/reconcile.ts';
import type { RotationOutcome } from './rotation/rotator.ts';
import type { VaultSigner } from './signing/vault-signer.ts';

/** What may be read while deciding. */
export interface ReadTurn {
  readonly db: ReadDb;
  readonly now: number;
  readonly mount: Mount;
}

/** What a handler gets in its turn. */
export interface RequestTurn extends ReadTurn {
  readonly requestId: string;
  readonly path: string;
  readonly operation: Operation;
  /** The body's fields and the query's as they came, unchecked: for engines that keep whatever is sent. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The client's address, where it has one. */
  readonly remoteAddress: string | undefined;
  /** The certificate (DER) whose key the client has proven to hold. */
  readonly clientCertificate: Uint8Array | undefined;
  /** The answer will be wrapped. */
  readonly isWrapped: boolean;
  /** The keyed hash of the token that came with the request, alive or not. */
  presentedHash(): string | undefined;
  /** Who asks; absent on unauthenticated routes. */
  readonly identity: Identity | undefined;
  /** The lease whose credential was shown, on routes that ask for one. */
  readonly keycard: Lease | undefined;
  /** The HTTP exchange behind the request, where it came as one whose bodies are streams. */
  readonly exchange: Exchange | undefined;
  readonly random: CorePorts['random'];
  sealValue(plaintext: Uint8Array, context: ValueContext): ValueHash;
  revealValue(hash: ValueHash, context: ValueContext): Uint8Array;
  keyedHash(text: string): string;
  /** Signs in the vault's name; may be kept for the effect. */
  signer(): VaultSigner;
  /** This mount's leases that are neither proven dead nor abandoned: what a connection may not be deleted under. */
  liveLeases(): readonly Lease[];
  /** For an effect's `run`: compares one of the mount's targets with the state, and acts on what it finds. */
  reconcile(target: string, signal: AbortSignal): Promise<ReconcileReport>;
  /** For an effect's `run`: waits a few seconds for the end of a rotation that this turn's changes have begun. */
  awaitRotation(id: string): Promise<RotationOutcome>;
}

/** What a lease's end and renewal get in their turn: they need the target's own credentials. */
export interface LeaseTurn extends ReadTurn {
  /** Signs in the vault's name; may be kept for the effect. */
  signer(): VaultSigner;
  revealValue(hash: ValueHash, context: ValueContext): Uint8Array;
}

/** The asking token, as handlers may know it. */
export interface Identity {
  readonly accessor: string;
  readonly displayName: string;
  readonly policies: readonly string[];
  readonly tokenHash: string;
  /** Whom it acts for. */
  readonly entity: string | null;
  /** Which app this is, where its login said so. */
  readonly app?: string;
}
