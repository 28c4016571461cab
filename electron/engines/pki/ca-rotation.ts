import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { randomUuid } from '../../core/random-text.ts';
import type { RotationLifecycle } from '../../core/rotation/rotation-lifecycle.ts';
import type { Change } from '../../vault/change.ts';
import { addIssuer } from './add-issuer.ts';
import { awaitedChanges, readAwaited } from './awaited-certificate.ts';
import { allIssuers, requireUse } from './issuer.ts';
import { ISSUER_CHANGED } from './issuer-changes.ts';
import { addKey, keyOf, revealIssuerKey } from './issuer-key.ts';
import { configureIssuers, readIssuersConfig } from './issuers-config.ts';
import { describeKey, type KeyType, newPrivateKey, privateDer, publicDer } from './private-key.ts';
import { rolesNaming } from './role-route.ts';
import { makeSuccessor, proveSuccessor, type SuccessionTerms, successionOf } from './succession.ts';

/** Our own name for the one rotation of a mount. */
export const CA_SUBJECT = 'ca';

/** So many former roots may vouch for a new one, each for the next: clients are sent all of their certificates. */
export const MOST_CROSSINGS = 20;

/** What is kept with the rotation. Seconds; '' and 0 say nothing. */
export interface CaRotationData extends SuccessionTerms {
  readonly keyType: KeyType | '';
  readonly keyBits: number;
}

/**
 * The mount's default authority gets a new key, and with it a new certificate. `create` makes the key, or asks a person to
 * have the request of one signed elsewhere; `test` has the new authority sign a certificate and verifies it; `finish` proves
 * it once more and, in the same record, makes the new one the default, leaving the former one nothing to sign but lists of
 * revoked certificates. So there is one valid default whenever it is interrupted.
 */
export const caRotation: RotationLifecycle = {
  target: () => CA_SUBJECT,

  create(turn, rotation) {
    const former = current(() => requireUse(turn, 'default', 'issuing-certificates'));
    const pinned = rolesNaming(turn, former.id);
    if (pinned.length > 0) {
      throw new KeywardenError(
        'target-unavailable',
        `the role ${pinned[0]} names the CA by its id: set its issuer_ref to default, or to the name of the CA`,
      );
    }
    const crossings = allIssuers(turn).filter(
      ({ settings, certificate }) => settings.isCrossing && certificate.notAfter > turn.now,
    );
    if (crossings.length >= MOST_CROSSINGS) {
      throw new KeywardenError(
        'target-unavailable',
        `${MOST_CROSSINGS} former roots vouch for this one already, and chains would grow too long: it goes on when the first of them is over, or gone; choose a shorter overlap`,
      );
    }
    const { keyType, keyBits } = rotation.data as unknown as CaRotationData;
    const like = describeKey(revealIssuerKey(turn, former));
    const [type, bits] = keyType === '' ? [like.type, like.bits] : [keyType, keyBits];
    const make = async (signal: AbortSignal) =>
      new Uint8Array(privateDer(await newPrivateKey(type, bits, signal)));
    if (successionOf(turn, former).kind !== 'person') return make;
    return {
      asks: `Another CA signs this one: read the request (csr) from ${rotation.mount.path}config/rotation, have it signed, and write the certificate with its chain to ${rotation.mount.path}intermediate/set-signed.`,
      first: { make, leaves: (later, made) => awaitedChanges(later, made) },
    };
  },

  test(turn, rotation, next) {
    try {
      const successor = makeSuccessor(turn, next, termsOf(rotation.data), randomUuid(turn.random));
      const checks = proveSuccessor(turn, successor);
      return async () => ({ accepted: true, checks });
    } catch (thrown) {
      if (!(thrown instanceof KeywardenError)) throw thrown;
      const { message } = thrown;
      return async () => ({ accepted: false, reason: message, final: true });
    }
  },

  finish(turn, rotation, next) {
    const awaited = readAwaited(turn);
    const id = awaited?.issuerId ?? randomUuid(turn.random);
    const successor = makeSuccessor(turn, next, termsOf(rotation.data), id);
    proveSuccessor(turn, successor);
    const { former, key, certificate, told, crossing } = successor;
    const held = keyOf(turn, publicDer(key));
    const added = held ? undefined : addKey(turn, key, '');
    const keyId = held?.id ?? added?.id ?? '';
    const { isRetiring: _isRetiring, isCrossing: _isCrossing, ...settings } = former.settings;
    const { issuer, changes } = addIssuer(turn, {
      id,
      certificate,
      told,
      keyId,
      name: former.name,
      settings,
    });
    const all: Change[] = [
      ...(added ? [added.change] : []),
      ...retiring(turn, former.authority),
      ...changes,
      ...(crossing
        ? addIssuer(turn, {
            certificate: crossing,
            told: [],
            keyId,
            name: '',
            settings: { isCrossing: true, usage: ['read-only'] },
          }).changes
        : []),
      configureIssuers(turn, { ...readIssuersConfig(turn), default: issuer.id }),
      ...(awaited ? [awaited.over] : []),
    ];
    return { changes: all };
  },
};

/** From here on the issuers of an authority sign lists of revoked certificates and nothing else, and their names are free. */
function retiring(turn: Parameters<RotationLifecycle['finish']>[0], authority: string): readonly Change[] {
  return allIssuers(turn)
    .filter((issuer) => issuer.authority === authority && !issuer.settings.isCrossing)
    .map(({ id, settings }) =>
      ISSUER_CHANGED.make({
        mount: turn.mount.uuid,
        id,
        name: '',
        settings: { ...settings, usage: ['read-only', 'crl-signing'], isRetiring: true },
      }),
    );
}

function termsOf(data: Readonly<Record<string, unknown>>): SuccessionTerms {
  return data as unknown as SuccessionTerms;
}

/** What is refused to whoever asks is what holds the run up. */
function current<T>(read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (!(thrown instanceof KeywardenError)) throw thrown;
    throw new KeywardenError('target-unavailable', thrown.message);
  }
}
