import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { CoreServices } from '../core-services.ts';
import { admit } from '../pipeline/admit.ts';
import { type Asked, ask } from '../pipeline/asked.ts';
import { refuse } from '../pipeline/record-request.ts';
import type { CoreEvents, CoreRequest } from '../request.ts';
import { ownerOf } from '../tokens/owner-of.ts';
import type { ChangeFeed, CommittedChange } from './change-feed.ts';

/** Events over a feed. `stopped` aborts when core stops. */
export function createCoreEvents(services: CoreServices, feed: ChangeFeed, stopped: AbortSignal): CoreEvents {
  // One listener for all who wait: a signal with a thousand of its own warns of a leak.
  const waiting = new Set<() => void>();
  stopped.addEventListener('abort', () => {
    for (const stop of [...waiting]) stop();
  });
  const until = (signal: AbortSignal | undefined, look: Look) =>
    untilDone(feed, signal, { isStopped: () => stopped.aborted, waiting }, look);
  return {
    async waiterOf(request) {
      const token = await admitOnly(services, request);
      return token ? { name: token, byToken: true } : { name: 'nobody' };
    },
    indexOf: (path) => feed.indexOf(path),
    async changed(request, after) {
      await admitOnly(services, request);
      return await until(request.signal, (done) =>
        feed.hasChanged(request.path, after) ? done(true) : undefined,
      );
    },
    async follow(request, listener) {
      let told = Promise.resolve();
      const asked = ask(request, services.ports.random);
      await until(request.signal, (done, changes) => {
        told = told.then(async () => {
          const readable = await readableOf(services, asked, changes);
          if (readable === undefined) done(true);
          else if (readable.length > 0) listener(readable);
        });
        told.catch(() => done(true));
      }).then((ended) => {
        if (ended) throw new KeywardenError('permission-denied');
      });
    },
  };
}

type Look = (done: (answer: boolean) => void, changes: readonly CommittedChange[]) => void;

/** Looks at once, and again with every change. */
function untilDone(
  feed: ChangeFeed,
  signal: AbortSignal | undefined,
  { isStopped, waiting }: { readonly isStopped: () => boolean; readonly waiting: Set<() => void> },
  look: Look,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      unwatch();
      signal?.removeEventListener('abort', gone);
      waiting.delete(sealed);
    };
    const done = (answer: boolean) => {
      leave();
      resolve(answer);
    };
    const gone = () => done(false);
    const sealed = () => {
      leave();
      reject(new KeywardenError('sealed'));
    };
    const unwatch = feed.watch((changes) => look(done, changes));
    signal?.addEventListener('abort', gone);
    waiting.add(sealed);
    if (isStopped()) sealed();
    else if (signal?.aborted) gone();
    else look(done, []);
  });
}

/**
 * The turn of a request that may be decided later: a refusal is recorded, an admission is not yet worth a record.
 * Returns whom its token acts for.
 */
async function admitOnly(services: CoreServices, request: CoreRequest): Promise<string | undefined> {
  const asked = ask(request, services.ports.random);
  const { refused, owner } = await services.turn((turn) => {
    const admitted = admit(services, turn, asked);
    if ('error' in admitted)
      return { refused: refuse(services, turn, asked, admitted.token, admitted.error), owner: undefined };
    return { refused: undefined, owner: admitted.token && ownerOf(turn.db, admitted.token) };
  });
  if (refused !== undefined) throw refused.error;
  return owner;
}

/** Undefined when the token is dead, or may not follow any more. */
function readableOf(
  services: CoreServices,
  asked: Asked,
  changes: readonly CommittedChange[],
): Promise<readonly CommittedChange[] | undefined> {
  return services.turn((turn) => {
    const admitted = admit(services, turn, asked);
    const { token } = admitted;
    if ('error' in admitted || token === undefined) return undefined;
    if (token.policies.includes('root')) return changes;
    const acl = services.cache.acl(turn.db, token);
    return changes.filter(({ subject }) => acl.allows({ operation: 'read', path: subject }));
  });
}
