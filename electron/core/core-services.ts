import type { Turn, Vault } from '../vault/vault.ts';
import type { EngineRegistry } from './engine-registry.ts';
import type { Forwarding } from './leases/forwarding.ts';
import type { Issuing } from './leases/issuing.ts';
import type { GuessDelay } from './pipeline/guess-delay.ts';
import type { StrangerLog } from './pipeline/stranger-log.ts';
import type { CorePorts } from './ports.ts';
import type { Reconciling } from './reconcile/reconcile.ts';
import type { Rotator } from './rotation/rotator.ts';
import type { Undertaker } from './scheduler/undertaker.ts';
import type { Signing } from './signing/signing.ts';
import type { StateCache } from './state-cache.ts';

/** What the parts of core share. Made once, by `createCore`. */
export interface CoreServices {
  readonly vault: Vault;
  readonly ports: CorePorts;
  readonly cache: StateCache;
  readonly registry: EngineRegistry;
  readonly strangers: StrangerLog;
  readonly guesses: GuessDelay;
  readonly issuing: Issuing;
  readonly forwarding: Forwarding;
  readonly undertaker: Undertaker;
  readonly rotator: Rotator;
  /** The time that a clock which jumps forward does not reach until it is believed again: `Clock.believed`. */
  trustedNow(): number;
  readonly signing: Signing;
  readonly reconciling: Reconciling;
  /** `vault.turn`, forgetting what was cached when a batch is rolled back. */
  turn<T>(decide: (turn: Turn) => T): Promise<T>;
}
