const MAX_CHARACTERS = 4 * 1024 * 1024;
const MAX_VALUES = 20_000;
const MAX_DEPTH = 16;

/**
 * Whether an input is plain JSON of a bearable size. Checked before any schema runs, so that a huge or odd message
 * (structured clone also carries maps, buffers and cycles) costs next to nothing. SECURITY(I3)
 */
export function isBearable(input: unknown): boolean {
  const left = { characters: MAX_CHARACTERS, values: MAX_VALUES };
  return fits(input, MAX_DEPTH, left);
}

function fits(value: unknown, depth: number, left: { characters: number; values: number }): boolean {
  left.values -= 1;
  if (left.values < 0 || depth < 0) return false;
  switch (typeof value) {
    case 'undefined':
    case 'boolean':
    case 'number':
      return true;
    case 'string':
      left.characters -= value.length;
      return left.characters >= 0;
    case 'object':
      break;
    default:
      return false;
  }
  if (value === null) return true;
  if (Array.isArray(value)) return value.every((entry) => fits(entry, depth - 1, left));
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  return Object.entries(value).every(
    ([key, entry]) => fits(key, depth, left) && fits(entry, depth - 1, left),
  );
}
