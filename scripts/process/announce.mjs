/** Tells the person what set-up is about to do; on standard error, because `kw` owns standard output. */
export function announce(message) {
  process.stderr.write(`keywarden: ${message}\n`);
}

/** Writes a duration in milliseconds the way people read it. */
export function formatDuration(ms) {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
