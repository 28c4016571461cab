/**
 * What somebody else said (a database, an engine), begun as a sentence. Its end stays as it is: often that is a command to
 * be copied.
 */
export function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
