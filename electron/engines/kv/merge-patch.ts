type JsonObject = Readonly<Record<string, unknown>>;

/** Applies a JSON merge patch (RFC 7396): null deletes a key, objects merge, anything else replaces. */
export function mergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  const merged = new Map(Object.entries(target));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else if (isJsonObject(value)) {
      const below = merged.get(key);
      merged.set(key, mergePatch(isJsonObject(below) ? below : {}, value));
    } else merged.set(key, value);
  }
  return Object.fromEntries(merged);
}

/** Whether a parsed JSON value is an object, not a list or null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
