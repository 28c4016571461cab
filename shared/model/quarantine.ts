/** Why a vault is not simply opened but waits for a person. */
export const QUARANTINE_WORDS = {
  older: 'An older copy of this vault was put back: what came later is not in it.',
  fork: 'This copy and the one that was seen here last went on from one ancestor, each its own way.',
  'header-older': 'The file that says who can open this vault is an older one, put back.',
  'seen-unreadable':
    'What this machine remembers of this vault cannot be read, so nobody knows whether it is the newest.',
  restored: 'This vault was restored from a backup.',
  elsewhere: 'This vault is at home on another machine; this is a copy.',
  damaged:
    'A file of this vault is damaged. What was stored before the damage can be read; nothing can be changed.',
} as const satisfies Record<string, string>;

/** A reason from the table. */
export type QuarantineReason = keyof typeof QUARANTINE_WORDS;
