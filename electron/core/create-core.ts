import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { LedgerRecord, Vault } from '../vault/vault.ts';
import { approleDeadlines } from './approle/approle-deadlines.ts';
import { approleEngine } from './approle/approle-engine.ts';
import type { AuditFiles } from './audit/audit-files.ts';
import { createAuditTrail } from './audit/audit-trail.ts';
import { nodeAuditFiles } from './audit/node-audit-files.ts';
import { certEngine } from './cert/cert-engine.ts';
import type { CoreServices } from './core-services.ts';
import { cubbyholeEngine } from './cubbyhole/cubbyhole-engine.ts';
import { desktopLoginDeadlines } from './desktop-login/desktop-login-deadlines.ts';
import { desktopLoginEngine } from './desktop-login/desktop-login-engine.ts';
import type { Engine } from './engine.ts';
import { createEngineRegistry, type EngineRegistry } from './engine-registry.ts';
import { createChangeFeed } from './events/change-feed.ts';
import { createCoreEvents } from './events/core-events.ts';
import { identityEngine } from './identity/identity-engine.ts';
import { jwtEngine } from './jwt/jwt-engine.ts';
import { generateRoot } from './keys/generate-root-routes.ts';
import { rekeying } from './keys/rekey-routes.ts';
import type { VaultKeys } from './keys/vault-keys.ts';
import { createForwarding } from './leases/forwarding.ts';
import { createIssuing, type Issuing } from './leases/issuing.ts';
import { leaseDeadlines } from './leases/lease-deadlines.ts';
import { addBuiltInMounts } from './mounts/add-built-in-mounts.ts';
import { mountDeadlines } from './mounts/mount-deadlines.ts';
import { openSession } from './open-session.ts';
import { ask } from './pipeline/asked.ts';
import { guardForwards } from './pipeline/guard-forwards.ts';
import { createGuessDelay } from './pipeline/guess-delay.ts';
import { runRequest } from './pipeline/run-request.ts';
import { createStrangerLog } from './pipeline/stranger-log.ts';
import type { CorePorts } from './ports.ts';
import { createReconciling } from './reconcile/reconcile.ts';
import type { Core } from './request.ts';
import { rotationDeadlines } from './rotation/rotation-deadlines.ts';
import { createRotator } from './rotation/rotator.ts';
import { createScheduler } from './scheduler/scheduler.ts';
import { createUndertaker } from './scheduler/undertaker.ts';
import { createSigning } from './signing/signing.ts';
import { createStateCache } from './state-cache.ts';
import type { RotateKeys } from './system/key-routes.ts';
import { systemEngine } from './system/system-engine.ts';
import { tokenDeadlines } from './tokens/token-deadlines.ts';
import { tokenEngine } from './tokens/token-engine.ts';
import { userpassEngine } from './userpass/userpass-engine.ts';
import { type Topic, watchTopics } from './watch-topics.ts';
import { wrapDeadlines } from './wrapping/wrap-deadlines.ts';

/** What core is made of. The vault must have been opened with `stateSchema(engines)`. */
export interface CoreParts {
  readonly vault: Vault;
  readonly ports: CorePorts;
  /** Secrets engines and further auth methods; tokens, AppRole, the desktop's login and `sys` are core's own. */
  readonly engines: readonly Engine[];
  /** Seals the vault: called when `sys/seal` is durable. */
  seal(): void;
  /** Where audit devices write: the real disk, unless a test says otherwise. */
  readonly auditFiles?: AuditFiles;
  /** Starts a new epoch of the vault's key; absent for a vault in memory. */
  readonly rotateKeys?: RotateKeys | undefined;
  /** The keys that open the vault; absent for a vault in memory. */
  readonly keys?: VaultKeys | undefined;
}

/** The pipeline with its clockwork. */
export interface RunningCore extends Core {
  /** Settles what is overdue and starts the clockwork. Requests wait for it; the first one starts it if nobody has. */
  start(): Promise<void>;
  /** A session token for the signed-in owner; it lives until it is revoked, and no longer than this process. */
  openSession(kind: 'desktop'): Promise<string>;
  /** Calls back with what committed changes touched. Returns how to stop. */
  watchTopics(listener: (topics: ReadonlySet<Topic>) => void): () => void;
  /** Stops the clockwork and aborts effects. The vault stays open; whoever owns it closes it next. */
  stop(): Promise<void>;
}

/** Puts core together over an open vault. */
export function createCore({
  vault,
  ports,
  engines,
  seal,
  auditFiles = nodeAuditFiles(),
  rotateKeys,
  keys,
}: CoreParts): RunningCore {
  const cache = createStateCache();
  const once: CoreServices['turn'] = async (decide) => {
    try {
      return await vault.turn(decide);
    } catch (error) {
      if (isUnavailable(error)) cache.clear();
      throw error;
    }
  };
  const turn: CoreServices['turn'] = async (decide) => {
    try {
      return await vault.turn(decide);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      cache.clear();
      // The disk has just become full: what must not wait finds room in the reserve now. Everything else is refused again.
      if (vault.onlyUrgent()) return await once(decide);
      throw error;
    }
  };
  let registry: EngineRegistry | undefined;
  const lateRegistry: EngineRegistry = { find: (mount) => registry?.find(mount) };
  const issuing = createIssuing((left) => {
    if (left === 'unsettled') scheduler.hurry();
    // Issued ones too: it may have been ended in the very next turn.
    undertaker.wake();
  });
  const forwarding = createForwarding(() => undertaker.wake());
  /** Nobody is proven dead while being made, nor while a stream of theirs is open; whoever ends is cut off both ways. */
  const underway: Issuing = {
    ...issuing,
    has: (id) => issuing.has(id) || forwarding.has(id),
    abort(id) {
      issuing.abort(id);
      forwarding.abort(id);
    },
  };
  const signing = createSigning(vault.id);
  const trustedNow = () => ports.clock.believed?.() ?? ports.clock.now();
  const undertaker = createUndertaker({
    cache,
    registry: lateRegistry,
    ports,
    turn,
    issuing: underway,
    signing,
    trustedNow,
  });
  const rotator = createRotator({ cache, registry: lateRegistry, ports, turn, signing });
  const reconciling = createReconciling(
    { cache, registry: lateRegistry, ports, turn, signing },
    engines.some((engine) => engine.reconcile !== undefined),
  );
  const scheduler = createScheduler({ ports, turn, watch: (listener) => vault.watch(listener) }, [
    mountDeadlines,
    tokenDeadlines,
    leaseDeadlines(issuing),
    wrapDeadlines,
    approleDeadlines,
    desktopLoginDeadlines,
    rotationDeadlines(ports, trustedNow),
    ...engines.flatMap((engine) => engine.deadlines?.(trustedNow) ?? []),
  ]);
  const services: CoreServices = {
    vault,
    ports,
    cache,
    registry: lateRegistry,
    strangers: createStrangerLog(vault, ports),
    guesses: createGuessDelay(ports.clock),
    issuing,
    forwarding,
    undertaker,
    rotator,
    trustedNow,
    signing,
    reconciling,
    turn,
  };
  const rekey = rekeying(keys);
  const root = generateRoot(keys, services);
  const ceremonies = [...rekey.routes, ...root.routes];
  registry = createEngineRegistry([
    systemEngine(services, { seal, auditFiles, rotateKeys, ceremonies }),
    tokenEngine(services),
    cubbyholeEngine,
    identityEngine(services),
    desktopLoginEngine,
    approleEngine,
    userpassEngine(),
    jwtEngine(ports),
    certEngine,
    ...engines,
  ]);

  const stopped = new AbortController();
  const audit = createAuditTrail(services, auditFiles);
  const feed = createChangeFeed(vault);
  const unwatch = vault.watch((records) => {
    const ids = endedIn(records);
    if (ids.length > 0) undertaker.add(ids);
    rotator.heed(records);
  });
  const unguard = guardForwards(services);
  let started: Promise<void> | undefined;
  let isStarted = false;
  const start = () => {
    // Quarantined, it is only looked at: nothing of it ends, because another copy may be the living one.
    if (vault.quarantine) return Promise.resolve();
    started ??= addBuiltInMounts(services)
      // On a full disk the old mounts are enough for ending what is overdue; the next start tries again.
      .catch(() => ports.log('warn', 'built-in-mounts-not-added'))
      .then(() => audit.load())
      .then(() => scheduler.start())
      .then(() => undertaker.takeUp())
      .then(() => rotator.takeUp())
      .then(() => {
        isStarted = true;
        reconciling.start();
      });
    return started;
  };
  return {
    start,
    async handle(request) {
      if (!isStarted) await start();
      // After a sleep of the machine a request may come ahead of the timers.
      scheduler.catchUp();
      const asked = ask(request, ports.random);
      return await audit.around(asked, () => runRequest(services, asked));
    },
    async openSession(kind) {
      await start();
      return await openSession(services, kind);
    },
    events: createCoreEvents(services, feed, stopped.signal),
    watchTopics: (listener) => watchTopics(vault, listener),
    async stop() {
      stopped.abort();
      rekey.forget();
      root.forget();
      feed.stop();
      unwatch();
      unguard();
      scheduler.stop();
      reconciling.stop();
      issuing.abortAll();
      forwarding.abortAll();
      await Promise.all([undertaker.stop(), rotator.stop()]);
      await audit.close();
    },
  };
}

function isUnavailable(error: unknown): boolean {
  return error instanceof KeywardenError && error.code === 'ledger-unavailable';
}

function endedIn(records: readonly LedgerRecord[]): readonly string[] {
  return records.flatMap(({ changes }) =>
    changes.flatMap(({ type, data }) =>
      type === 'leases/ended@1' || type === 'leases/reopened@1'
        ? (data as { readonly ids: readonly string[] }).ids
        : [],
    ),
  );
}
