import { createPrivateKey } from 'node:crypto';
import type { Decision } from '../../core/decision.ts';
import { randomUuid } from '../../core/random-text.ts';
import { bringValue } from '../../core/rotation/plan-rotation.ts';
import { awaitingRotation } from '../../core/rotation/rotation-routes.ts';
import { findRotationOf } from '../../core/rotation/rotation-rows.ts';
import type { ReadTurn, RequestTurn } from '../../core/turn.ts';
import type { Change } from '../../vault/change.ts';
import { findIssuer } from './issuer.ts';
import { KEY_REMOVED } from './issuer-changes.ts';
import { addKey, findKey, forgetKey, type IssuerKey, revealKey, type SealingTurn } from './issuer-key.ts';
import { PKI_CONFIGURED } from './pki-changes.ts';
import { publicDer } from './private-key.ts';
import { readSettings } from './read-settings.ts';
import { makeRequest } from './x509/certificate-request.ts';
import { findExtension } from './x509/extensions.ts';
import { pem } from './x509/read-certificate.ts';

/** A rotation waits for the certificate of a key that was made for it. */
interface Awaited {
  readonly keyId: string;
  /** What the new issuer will be called, so that whoever brings it can be told. */
  readonly issuerId: string;
}

const NAME = 'awaited';

/** What is waited for, with the change after which nothing is. */
export function readAwaited(turn: ReadTurn): (Awaited & { readonly over: Change }) | undefined {
  const { keyId = '', issuerId = '' } = readSettings<Awaited>(turn, NAME);
  if (keyId === '') return undefined;
  return { keyId, issuerId, over: PKI_CONFIGURED.make({ mount: turn.mount.uuid, name: NAME, settings: {} }) };
}

/** A rotation asks for the certificate of a new key: that of an earlier run is forgotten, if nobody has brought it. */
export function awaitedChanges(turn: SealingTurn, made: Uint8Array): readonly Change[] {
  const key = createPrivateKey({ key: Buffer.from(made), format: 'der', type: 'pkcs8' });
  const { id, change } = addKey(turn, key, '');
  const settings = { keyId: id, issuerId: randomUuid(turn.random) };
  return [
    ...forgetAwaited(turn),
    change,
    PKI_CONFIGURED.make({ mount: turn.mount.uuid, name: NAME, settings }),
  ];
}

/** The changes after which nothing is waited for, and its key is gone. */
export function forgetAwaited(turn: ReadTurn): readonly Change[] {
  const awaited = readAwaited(turn);
  const key = awaited && findKey(turn, awaited.keyId);
  if (!awaited) return [];
  return [
    awaited.over,
    ...(key ? [KEY_REMOVED.make({ mount: turn.mount.uuid, id: key.id }), forgetKey(key)] : []),
  ];
}

/** The request (PEM) that another CA signs, under the name of the issuer whose key is rotated. */
export function awaitedRequest(turn: RequestTurn): string | undefined {
  const awaited = readAwaited(turn);
  const held = awaited && findKey(turn, awaited.keyId);
  const former = findIssuer(turn);
  if (!held || !former) return undefined;
  const key = revealKey(turn, held);
  const { subject, extensions } = former.certificate;
  const named = extensions.filter((one) => findExtension(one, 17) !== undefined);
  return pem('CERTIFICATE REQUEST', makeRequest({ subject, spki: publicDer(key), extensions: named }, key));
}

/** The certificate that a rotation waits for goes its way through the run: tested, and then the default one. `undefined`: nobody waits for it. */
export function bringAwaited(turn: RequestTurn, { id }: IssuerKey, bundle: string): Decision | undefined {
  const awaited = readAwaited(turn);
  const row = findRotationOf(turn.db, turn.mount.uuid, 'ca');
  if (awaited?.keyId !== id || row?.state !== 'asking') return undefined;
  const data = {
    imported_issuers: [awaited.issuerId],
    imported_keys: null,
    existing_issuers: null,
    existing_keys: [id],
    mapping: { [awaited.issuerId]: id },
  };
  return awaitingRotation(turn, row.id, bringValue(turn, row, Buffer.from(bundle, 'latin1')), data);
}
