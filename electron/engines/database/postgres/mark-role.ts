import type { DatabaseUser } from './database-user.ts';
import type { PostgresRole } from './postgres-role.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';

/**
 * What a role's comment tells: that it is ours, of which vault and lease, and until when, signed together with the role's name,
 * its OID and our own id of the cluster. Comments are readable by every database user, and anybody who may alter a role
 * may write one: so it names no path, app or person, and without its signature it is nothing but a text.
 *
 * `keywarden:2 vault=<id> lease=<nonce> until=<instant, UTC, the database's clock> sig=<Ed25519, base64url>`
 */
export interface RoleMark {
  readonly vault: string;
  readonly lease: string;
  /** As the database wrote it: `2026-01-01 12:00:00.000000+00`. */
  readonly until: string;
}

/** Signs marks in the vault's name for one cluster, and knows its own again. */
export interface Marker {
  readonly vault: string;
  /** Our own id of the cluster: a mark that was copied to another one is none there. */
  readonly cluster: string;
  sign(text: string): string;
  verify(text: string, signature: string): boolean;
}

const FORM = /^keywarden:2 vault=([\w-]{1,64}) lease=([\w-]{1,64}) until=([\d:.T+-]{1,40}) sig=([\w-]{86})$/;

/** Whether a comment claims to be a mark of this vault, of whatever version and worth. */
export function claimsToBeOurs(comment: string, vault: string): boolean {
  const [, named] = /^keywarden:.*\bvault=(\S*)/s.exec(comment) ?? [];
  return comment.startsWith('keywarden:') && (named === undefined || named === vault);
}

/** The statement that writes the role's comment; its OID is what the server has just given it. */
export function markRole(
  marker: Marker,
  user: DatabaseUser,
  role: { readonly oid: number; readonly until: string },
): string {
  const mark: RoleMark = { vault: marker.vault, lease: user.lease, until: role.until };
  const signature = marker.sign(signedText(mark, user.name, role.oid, marker.cluster));
  const until = role.until.replace(' ', 'T');
  const comment = `keywarden:2 vault=${mark.vault} lease=${mark.lease} until=${until} sig=${signature}`;
  return `COMMENT ON ROLE ${quoteIdentifier(user.name)} IS ${quoteLiteral(comment)}`;
}

/** What a role's comment claims, whoever has written it. */
export function claimedMark(comment: string): (RoleMark & { readonly signature: string }) | undefined {
  const [, vault, lease, until, signature] = FORM.exec(comment) ?? [];
  if (vault === undefined || lease === undefined || until === undefined || signature === undefined) return;
  return { vault, lease, until: until.replace('T', ' '), signature };
}

/** What the role's comment says, if this vault signed it for a role of this name and OID in this cluster. */
export function readMark(
  marker: Marker,
  name: string,
  role: Pick<PostgresRole, 'oid' | 'comment'>,
): RoleMark | undefined {
  const mark = claimedMark(role.comment);
  if (mark?.vault !== marker.vault) return undefined;
  return marker.verify(signedText(mark, name, role.oid, marker.cluster), mark.signature) ? mark : undefined;
}

/** Whether the role is the one that we made: by the OID that the server told us, or else by its mark. */
export function isOurs(marker: Marker, role: PostgresRole, user: DatabaseUser): boolean {
  if (user.oid !== undefined) return role.oid === user.oid;
  return readMark(marker, user.name, role)?.lease === user.lease;
}

/** None of the parts can hold a line break but the name, which comes last. */
function signedText(mark: RoleMark, name: string, oid: number, cluster: string): string {
  return ['role', '2', mark.vault, cluster, mark.lease, mark.until, String(oid), name].join('\n');
}
