import { asKeywardenError, type KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Change } from '../../vault/change.ts';
import { FORGET_VALUE, type Turn, type ValueHash } from '../../vault/vault.ts';
import type { CoreServices } from '../core-services.ts';
import { countUse, endSpentToken } from '../tokens/count-use.ts';
import type { TokenRow } from '../tokens/token-rows.ts';
import type { Asked } from './asked.ts';
import { actorOf, STRANGER } from './authenticate.ts';

/** The outcome of a first record that a second one with the same request id will close. */
export const STARTED = 'started';

/** A refusal, to be thrown once its record is durable. */
export interface Refused {
  readonly kind: 'refused';
  readonly error: KeywardenError;
}

/** Records one turn of a request. */
export function recordRequest(
  turn: Turn,
  asked: Asked,
  token: TokenRow | undefined,
  outcome: string,
  changes: readonly Change[],
): void {
  turn.record({
    actor: token ? actorOf(token) : STRANGER,
    operation: asked.request.operation,
    path: asked.recordedPath,
    outcome,
    requestId: asked.requestId,
    changes,
    urgent: mustNotWait(asked.recordedPath, outcome),
  });
}

/** Revoking and sealing: what is done there is written from the vault's reserve when the disk is full. Refusals are not. */
const ENDS =
  /^(sys\/seal|sys\/(leases\/)?revoke(-prefix|-force)?|auth\/token\/revoke(-self|-accessor|-orphan)?)(\/|$)/;

function mustNotWait(path: string, outcome: string): boolean {
  return (outcome === 'ok' || outcome === STARTED) && ENDS.test(path);
}

/** Records a refusal: of valid tokens always, of strangers and their failed logins within bounds. */
export function refuse(
  services: Pick<CoreServices, 'strangers' | 'ports' | 'cache'>,
  turn: Turn,
  asked: Asked,
  token: TokenRow | undefined,
  thrown: unknown,
  left: {
    readonly sealed?: readonly ValueHash[];
    readonly changes?: readonly Change[];
    readonly used?: true;
  } = {},
): Refused {
  const error = asKeywardenError(thrown);
  if (error.code === 'internal') logBug(services, asked, error);
  const changes = [
    ...(token && !left.used ? countUse(token, turn.now) : []),
    ...(left.changes ?? []),
    ...(left.sealed ?? []).map((hash): Change => ({ type: FORGET_VALUE, data: { hash } })),
    ...endSpentToken(turn.db, token, asked.requestId),
  ];
  if (token || changes.length > 0) {
    recordRequest(turn, asked, token, error.code, changes);
  } else {
    services.strangers.refuse(
      turn,
      {
        operation: asked.request.operation,
        path: asked.recordedPath,
        requestId: asked.requestId,
      },
      error.code,
      error.code === 'login-failed'
        ? services.cache.mounts(turn.db).find(asked.request.path)?.path
        : undefined,
    );
  }
  return { kind: 'refused', error };
}

/** A bug's place in our code, without its message: that may hold what somebody sent. */
function logBug({ ports }: Pick<CoreServices, 'ports'>, asked: Asked, error: KeywardenError): void {
  const cause = error.cause instanceof Error ? error.cause : error;
  const frames = (cause.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  ports.log('error', 'request-failed', {
    requestId: asked.requestId,
    error: cause.name,
    at: frames.slice(0, 6).map((line) => line.trim()),
  });
}
