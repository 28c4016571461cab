import type { VaultSigner } from './vault-signer.ts';

/**
 * What a user on a server carries so that its vault knows it again: whose it is, of which lease, and until when, signed
 * together with the user's name, the server's own id and our id of the connection. Whoever may see users sees it too, so it
 * names no path, app or person; whoever may change users can write one, so without its signature it is nothing but a text.
 *
 * `keywarden:2:<vault>:<lease>:<until, milliseconds since 1970 by the server's clock>:<Ed25519, hex>`: digits, small
 * letters, dashes and colons alone, and at most 224 of them where a vault's id is a UUID, so that it fits where servers take text.
 */
export interface UserMark {
  readonly lease: string;
  readonly until: number;
}

/** Where marks are: what binds them besides the user's name. */
export interface MarkPlace {
  readonly signer: VaultSigner;
  /** Such as `redis`. */
  readonly kind: string;
  /** Our id of the connection that leads there. */
  readonly connection: string;
}

/** A name on a server, with a text of the form of a mark. */
export interface MarkedName {
  readonly name: string;
  readonly text: string;
}

/** A mark that holds. */
export interface ReadMark extends UserMark {
  readonly name: string;
  /** The id of the server that it was written for. */
  readonly server: string;
}

/** The longest mark, in characters. */
export const LONGEST_MARK = 224;

const PREFIX = 'keywarden:2:';
const FORM = /^keywarden:2:([\w-]{1,64}):([\w-]{1,64}):(\d{1,15}):([0-9a-f]{128})$/;

/** The text that marks a user on a server. */
export function writeMark(place: MarkPlace, server: string, name: string, mark: UserMark): string {
  const { vaultId } = place.signer;
  const signature = Buffer.from(place.signer.sign(signedText(place, server, name, mark)), 'base64url');
  return `${PREFIX}${vaultId}:${mark.lease}:${mark.until}:${signature.toString('hex')}`;
}

/**
 * What a text says, if this vault signed it for a user of this name on one of these servers.
 *
 * @param servers ids that the server at hand has, or that are known for other reasons
 */
export function readMark(
  place: MarkPlace,
  servers: readonly string[],
  { name, text }: MarkedName,
): ReadMark | undefined {
  const [, vault, lease, digits, signature] = FORM.exec(text) ?? [];
  if (vault !== place.signer.vaultId || lease === undefined || signature === undefined) return undefined;
  const mark = { lease, until: Number(digits) };
  const proof = Buffer.from(signature, 'hex').toString('base64url');
  const server = servers.find((id) => place.signer.verify(signedText(place, id, name, mark), proof));
  return server === undefined ? undefined : { ...mark, name, server };
}

/** What was found on one server: marks that hold, and what looks like one of this vault's and is not. */
export interface SortedMarks {
  readonly marks: readonly ReadMark[];
  readonly findings: readonly { readonly name: string; readonly words: string }[];
}

/**
 * Tells marks from texts that only look so: forged, or copied from another user or another server.
 *
 * @param others our ids of the vault's other connections: a mark of one of those is theirs to look after
 */
export function sortMarks(
  place: MarkPlace,
  servers: readonly string[],
  others: readonly string[],
  found: readonly MarkedName[],
): SortedMarks {
  const marks = new Map<string, ReadMark>();
  const findings: { name: string; words: string }[] = [];
  for (const one of found) {
    const mark = readMark(place, servers, one);
    if (mark) {
      // A renewal that was cut leaves two: the later one was meant.
      const known = marks.get(one.name);
      if (!known || known.until < mark.until) marks.set(one.name, mark);
    } else if (claims(one.text, place.signer.vaultId)) {
      const isTheirs = others.some((connection) => readMark({ ...place, connection }, servers, one));
      if (!isTheirs) findings.push({ name: one.name, words: FORGED });
    }
  }
  return { marks: [...marks.values()], findings };
}

const FORGED =
  'it carries a mark that says it is a keycard of this vault, but the signature is not for a user of this name on this server: the mark was written or copied by somebody else. It is left alone.';

/** Whether a text says that it is a mark of this vault, of whatever version and worth. */
function claims(text: string, vault: string): boolean {
  const [kind, , named] = text.split(':');
  return kind === 'keywarden' && (named === undefined || named === vault);
}

/** None of the parts can hold a line break but the name, which comes last. */
function signedText(
  { signer, kind, connection }: MarkPlace,
  server: string,
  name: string,
  mark: UserMark,
): string {
  return ['user', '2', kind, signer.vaultId, connection, server, mark.lease, String(mark.until), name].join(
    '\n',
  );
}
