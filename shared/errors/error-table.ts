/**
 * The one table of everything that can go wrong: the HTTP status for Vault clients, the exit code for `kw`,
 * and the words for a person. Nothing outside this table crosses a wall.
 *
 * `wire` is the exact text that Vault's clients test for, where it differs from our words.
 */
export const ERROR_TABLE = {
  'invalid-request': { status: 400, exit: 1, words: 'The request is not valid.' },
  'malformed-json': {
    status: 400,
    exit: 1,
    words: 'The body is not valid JSON.',
    wire: 'error parsing JSON',
  },
  'policy-invalid': { status: 400, exit: 1, words: 'The policy does not parse.' },
  'check-and-set-failed': {
    status: 400,
    exit: 1,
    words: 'Somebody else has written a newer version in the meantime.',
    wire: 'check-and-set parameter did not match the current version',
  },
  'login-failed': { status: 400, exit: 4, words: 'The login was refused.' },
  'wrapping-invalid': {
    status: 400,
    exit: 4,
    words: 'The wrapping token was used, has expired, or never was.',
    wire: 'wrapping token is not valid or does not exist',
  },
  'path-in-use': { status: 400, exit: 1, words: 'Something is already mounted there.' },
  'unknown-role': { status: 400, exit: 5, words: 'There is no role of that name.' },
  'target-unavailable': { status: 400, exit: 1, words: 'The target system cannot be reached or refused.' },
  'revocation-pending': { status: 400, exit: 1, words: 'Not dead yet; it will be tried again until it is.' },
  'rotation-pending': { status: 400, exit: 1, words: 'Not rotated yet; it will be tried again until it is.' },
  'permission-denied': { status: 403, exit: 4, words: 'Permission denied.', wire: 'permission denied' },
  'policy-denied': {
    status: 403,
    exit: 4,
    words: 'No policy allows this.',
    wire: '1 error occurred:\n\t* permission denied\n\n',
  },
  'bad-token': { status: 403, exit: 4, words: 'That token is not alive.', wire: 'bad token' },
  'host-refused': { status: 403, exit: 4, words: 'This host name or origin may not talk to the broker.' },
  'not-found': { status: 404, exit: 5, words: 'There is nothing at that path.' },
  'no-route': { status: 404, exit: 5, words: 'Nothing handles that path.' },
  'unsupported-operation': {
    status: 405,
    exit: 1,
    words: 'That operation is not supported here.',
    wire: 'unsupported operation',
  },
  'body-too-large': { status: 413, exit: 1, words: 'The request is too large.' },
  'unsupported-media-type': { status: 415, exit: 1, words: 'That content type is not supported here.' },
  'too-many-requests': { status: 429, exit: 1, words: 'Too many requests; wait a little.' },
  'upstream-failed': { status: 502, exit: 1, words: 'The upstream cannot be reached, or broke off.' },
  sealed: { status: 503, exit: 3, words: 'The vault is sealed.', wire: 'Vault is sealed' },
  locked: { status: 503, exit: 3, words: 'The desktop is locked.' },
  'not-running': { status: 503, exit: 3, words: 'No broker is running there.' },
  'ledger-unavailable': {
    status: 503,
    exit: 1,
    words: 'The ledger cannot be written right now; nothing was changed.',
  },
  'unlock-failed': { status: 403, exit: 4, words: 'That does not open the vault.' },
  'code-mistyped': { status: 400, exit: 1, words: 'The code has a typing mistake.' },
  'vault-quarantined': {
    status: 503,
    exit: 3,
    words: 'This vault is not the one that was seen here last: it waits for a person to confirm it.',
  },
  'vault-missing': { status: 404, exit: 5, words: 'There is no vault in that folder.' },
  'vault-exists': { status: 400, exit: 1, words: 'There is a vault in that folder already.' },
  'vault-in-use': { status: 400, exit: 1, words: 'Another Keywarden has this vault open.' },
  'vault-newer': { status: 400, exit: 1, words: 'This vault was made by a newer version of Keywarden.' },
  'vault-damaged': { status: 400, exit: 1, words: 'A file of this vault is damaged.' },
  usage: { status: 400, exit: 2, words: 'Wrong usage.' },
  cancelled: { status: 400, exit: 1, words: 'Cancelled.' },
  'not-available': { status: 400, exit: 1, words: 'That is not available on this machine.' },
  internal: { status: 500, exit: 1, words: 'Something went wrong inside Keywarden.', wire: 'internal error' },
} as const satisfies Record<string, { status: number; exit: number; words: string; wire?: string }>;

/** A code from the one table of errors. */
export type ErrorCode = keyof typeof ERROR_TABLE;
