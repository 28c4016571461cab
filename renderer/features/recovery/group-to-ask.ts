/** Which group of a kit is asked back: another one for another kit, the same one while it is shown. 1-based. */
export function groupToAsk(groups: readonly string[]): number {
  if (groups.length === 0) return 1;
  const sum = [...groups.join('')].reduce((total, symbol) => total + symbol.charCodeAt(0), 0);
  return (sum % groups.length) + 1;
}
