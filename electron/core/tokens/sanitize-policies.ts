/** Names of policies as a token keeps them: lower case, sorted, each once; `root` stands alone. */
export function sanitizePolicies(policies: readonly string[], addDefault: boolean): readonly string[] {
  const names = new Set(policies.map((name) => name.trim().toLowerCase()).filter((name) => name !== ''));
  if (names.has('root')) return ['root'];
  if (addDefault) names.add('default');
  return [...names].sort();
}
