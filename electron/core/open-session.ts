import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { CoreServices } from './core-services.ts';
import { actorOf } from './pipeline/authenticate.ts';
import { randomUuid } from './random-text.ts';
import { makeToken } from './tokens/make-token.ts';

/**
 * Makes the desktop's session token, recorded like any login. The passphrase was asked for by whoever calls this.
 * Revoking it ends all that hangs on it: so do lock, seal and quit end what `kw login` handed out.
 */
export function openSession(
  { cache, ports, turn }: Pick<CoreServices, 'cache' | 'ports' | 'turn'>,
  kind: 'desktop',
): Promise<string> {
  return turn((current) => {
    const mount = cache.mounts(current.db).at('auth/desktop/');
    if (!mount) throw new KeywardenError('internal');
    const path = `auth/${kind}/session`;
    const made = makeToken(
      { now: current.now, random: ports.random, keyedHash: (text) => current.keyedHash(text) },
      {
        displayName: kind,
        policies: ['owner'],
        metadata: {},
        ttl: 0,
        maxTtl: 0,
        period: 0,
        numUses: 0,
        renewable: false,
      },
      { mount, path, kind: 'session' },
    );
    current.record({
      actor: actorOf(made.row),
      operation: 'update',
      path,
      outcome: 'ok',
      requestId: randomUuid(ports.random),
      changes: [made.change],
    });
    return made.auth.client_token;
  });
}
