/**
 * Keycards for keys that cannot expire: many APIs know static keys alone. An app is given a keycard for
 * `/v1/<mount>/proxy/<name>/…`; what it asks there goes on to the one upstream of that name, with the real key added,
 * which never leaves the vault. So a static key gains a lifetime, methods and paths, revocation, and a record of each use.
 *
 * Always: nothing but the configured upstream is spoken to, and no redirect is followed; the key is masked in whatever the
 * upstream answers; bodies flow through and are never held; a stream ends with its lease.
 */
import type { Engine } from '../../core/engine.ts';
import { FORGET_VALUE } from '../../vault/vault.ts';
import { configListRoute, configRoute } from './config-route.ts';
import { credsRoute } from './creds-route.ts';
import {
  HTTP_ROLE_REMOVED,
  HTTP_ROLE_WRITTEN,
  HTTP_UNMOUNTED,
  UPSTREAM_CONFIGURED,
  UPSTREAM_REMOVED,
} from './http-changes.ts';
import { HTTP_MIGRATIONS } from './http-migrations.ts';
import { keycardLeases } from './keycard-leases.ts';
import { proxyRoute } from './proxy-route.ts';
import { roleListRoute, roleRoute } from './role-route.ts';
import { upstreamsOf } from './upstream-rows.ts';

/** The engine behind mounts of type `http`. */
export const httpEngine: Engine = {
  type: 'http',
  migrations: HTTP_MIGRATIONS,
  changes: [UPSTREAM_CONFIGURED, UPSTREAM_REMOVED, HTTP_ROLE_WRITTEN, HTTP_ROLE_REMOVED, HTTP_UNMOUNTED],
  routes: [configListRoute, configRoute, roleListRoute, roleRoute, credsRoute, proxyRoute],
  leases: keycardLeases,
  unmounted: (turn, mount) => [
    HTTP_UNMOUNTED.make({ mount: mount.uuid }),
    ...upstreamsOf(turn.db, mount.uuid).map(({ secret }) => ({ type: FORGET_VALUE, data: { hash: secret } })),
  ],
};
