import { asKeywardenError, KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Operation } from '../../../shared/model/operation.ts';
import type { ReadDb } from '../../vault/state-db.ts';
import type { Turn } from '../../vault/vault.ts';
import type { CoreServices } from '../core-services.ts';
import type { Engine } from '../engine.ts';
import type { RegisteredEngine } from '../engine-registry.ts';
import { findKeycard } from '../leases/find-keycard.ts';
import type { LeaseRow } from '../leases/lease-rows.ts';
import type { Mount } from '../mounts/mount.ts';
import type { AnyHandler } from '../route.ts';
import type { TokenRow } from '../tokens/token-rows.ts';
import type { Asked } from './asked.ts';
import { authenticate } from './authenticate.ts';
import { matchRoute, type RouteMatch } from './match-route.ts';
import { parseInput } from './parse-input.ts';
import { checkPath } from './parse-path.ts';

type Needs = Pick<CoreServices, 'cache' | 'registry'>;

/** A request that may be decided in this turn: who asks, where, and with what. */
export interface Admitted {
  readonly token: TokenRow | undefined;
  /** The lease whose own credential was shown, on routes that ask for one; `token` is then the one that holds it. */
  readonly keycard?: LeaseRow | undefined;
  readonly mount: Mount;
  readonly engine: Engine;
  /** With `create` told from `update`. */
  readonly operation: Operation;
  readonly handler: AnyHandler;
  readonly input: unknown;
}

/** A request that may not, and why. The token is there where it was a valid one. */
export interface NotAdmitted {
  readonly error: KeywardenError;
  readonly token: TokenRow | undefined;
  /** The route asks for no token, so none is missing. */
  readonly open: boolean;
}

/**
 * Authenticates and authorizes, anew in each turn of a request. The order is Vault's: a stranger learns nothing but
 * "permission denied", and a token learns what exists only where its policies let it look.
 */
export function admit(
  needs: Needs,
  turn: Turn,
  asked: Asked,
  stage: 'deciding' | 'settling' = 'deciding',
): Admitted | NotAdmitted {
  const { request } = asked;
  const place = locate(needs, turn.db, request.path, request.operation);
  const { unauthenticated, optionalToken, anyToken } = place.match?.route ?? {};
  const open = unauthenticated === true || optionalToken === true;
  const keycard =
    place.mount && place.match?.route.keycard
      ? findKeycard(turn, place.mount.uuid, request, stage)
      : undefined;
  const token =
    unauthenticated === true
      ? undefined
      : place.match?.route.keycard
        ? keycard?.token
        : authenticate(turn, request, stage, needs.cache.token);
  if (!open && !token) return { error: new KeywardenError('permission-denied'), token, open };
  try {
    checkPath(request.path);
    const operation = resolveOperation(place, turn, request.operation);
    if (token && anyToken !== true && optionalToken !== true) {
      authorize(needs, turn.db, token, asked, operation, place);
    }
    return { token, keycard: keycard?.lease, operation, ...serve(place, asked, operation) };
  } catch (thrown) {
    return { error: asKeywardenError(thrown), token, open };
  }
}

interface Place {
  readonly mount: Mount | undefined;
  readonly registered: RegisteredEngine | undefined;
  readonly match: RouteMatch | undefined;
}

function locate({ cache, registry }: Needs, db: ReadDb, path: string, operation: Operation): Place {
  const mount = cache.mounts(db).find(path);
  const registered = mount && registry.find(mount);
  const match = registered && matchRoute(registered.routes, path.slice(mount.path.length), operation);
  return { mount, registered, match };
}

/** A write creates where the route can tell that nothing is there; otherwise every write is an update. */
function resolveOperation({ mount, match }: Place, turn: Turn, asked: Operation): Operation {
  if (asked !== 'create' && asked !== 'update') return asked;
  if (!mount || !match?.route.exists) return 'update';
  return match.route.exists({ db: turn.db, now: turn.now, mount }, match.captures) ? 'update' : 'create';
}

function authorize(
  { cache }: Needs,
  db: ReadDb,
  token: TokenRow,
  { request }: Asked,
  operation: Operation,
  place: Place,
): void {
  if (token.policies.includes('root')) return;
  const acl = cache.acl(db, token);
  const sudo = place.match?.route.sudo === true;
  for (const path of spellings(request.path, operation, place)) {
    const allowed = acl.allows({ operation, path, sudo, data: request.data, wrapTtl: request.wrapTtl });
    if (!allowed) throw new KeywardenError('policy-denied');
  }
}

/** The path as it was asked, and as it is served where that differs: what is denied by either is denied. */
function spellings(path: string, operation: Operation, { mount, match }: Place): readonly string[] {
  let served = operation !== 'list' && path.endsWith('/') ? path.slice(0, -1) : path;
  if (mount && match?.route.caseless) served = mount.path + served.slice(mount.path.length).toLowerCase();
  return served === path ? [path] : [path, served];
}

function serve(
  { mount, registered, match }: Place,
  { request }: Asked,
  operation: Operation,
): Omit<Admitted, 'token' | 'keycard' | 'operation'> {
  if (!mount || !registered) {
    throw new KeywardenError('no-route', `no handler for route "${request.path}". route entry not found.`);
  }
  const isWrite = operation === 'create' || operation === 'update' || operation === 'patch';
  if (isWrite && request.path.endsWith('/') && match?.route.keycard !== true) {
    throw new KeywardenError('invalid-request', "cannot write to a path ending in '/'");
  }
  if (!match) throw new KeywardenError('no-route', '1 error occurred:\n\t* unsupported path\n\n');
  const { operations } = match.route;
  const handler =
    operation === 'create'
      ? (operations.create ?? operations.update)
      : operation === 'update'
        ? (operations.update ?? operations.create)
        : operations[operation];
  if (!handler) throw new KeywardenError('unsupported-operation');
  const input = parseInput(handler, match.captures, request.data);
  return { mount, engine: registered.engine, handler, input };
}
