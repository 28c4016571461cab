import type { Turn, ValueHash } from '../../vault/vault.ts';
import type { CoreServices } from '../core-services.ts';
import { liveLeasesOf } from '../leases/lease-rows.ts';
import { leaseView } from '../leases/lease-view.ts';
import type { RequestTurn } from '../turn.ts';
import type { Admitted } from './admit.ts';
import type { Asked } from './asked.ts';
import { identityOf, MAX_TOKEN_LENGTH } from './authenticate.ts';

/** Milliseconds that a request waits for the end of a rotation. */
const WAIT_FOR_ROTATION = 5000;

/** What a handler gets. `sealed` collects what it sealed, to be erased if nothing comes of it. */
export function requestTurn(
  {
    ports,
    rotator,
    signing,
    reconciling,
  }: Pick<CoreServices, 'ports' | 'rotator' | 'signing' | 'reconciling'>,
  turn: Turn,
  asked: Asked,
  { token, keycard, mount, operation }: Pick<Admitted, 'token' | 'keycard' | 'mount' | 'operation'>,
  sealed: ValueHash[],
): RequestTurn {
  return {
    db: turn.db,
    now: turn.now,
    mount,
    requestId: asked.requestId,
    path: asked.request.path,
    operation,
    data: asked.request.data,
    remoteAddress: asked.request.remoteAddress,
    clientCertificate: asked.request.clientCertificate,
    isWrapped: asked.request.wrapTtl !== undefined,
    presentedHash() {
      const { credential } = asked.request;
      return credential.kind === 'token' && credential.token.length <= MAX_TOKEN_LENGTH
        ? turn.keyedHash(credential.token)
        : undefined;
    },
    identity: token && identityOf(token),
    keycard: keycard && leaseView(keycard, mount),
    exchange: asked.request.exchange,
    random: ports.random,
    sealValue(plaintext, context) {
      const hash = turn.sealValue(plaintext, context);
      sealed.push(hash);
      return hash;
    },
    revealValue: (hash, context) => turn.revealValue(hash, context),
    signer: () => signing.signer(turn),
    keyedHash: (text) => turn.keyedHash(text),
    reconcile: (target, signal) => reconciling.now(mount.uuid, target, signal),
    awaitRotation: (id) => rotator.waitFor(id, WAIT_FOR_ROTATION),
    liveLeases: () => liveLeasesOf(turn.db, mount.uuid).map((row) => leaseView(row, mount)),
  };
}
