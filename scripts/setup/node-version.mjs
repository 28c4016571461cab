const oldest = [20, 18];

/** Stops with one sentence on a Node that is too old to run the rest. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return;
  throw new Error(`Keywarden needs Node ${oldest.join('.')} or newer; this is ${process.version}.`);
}
