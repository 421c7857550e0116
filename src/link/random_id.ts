/** Numbers that name a packet or a handshake. */

/** A random 32-bit number, never 0 (0 means "none" in every field that holds such a number). */
export function randomId(): number {
  const [value] = crypto.getRandomValues(new Uint32Array(1));
  return (value as number) || 1;
}
