/** Node numbers and their text form `!a1b2c3d4`. */

/** The address of everybody. */
export const BROADCAST_NUM = 0xffffffff;

/** `!` and eight hexadecimal digits. */
export function formatNodeId(nodeNum: number): string {
  return `!${(nodeNum >>> 0).toString(16).padStart(8, "0")}`;
}

/** The node number of `!a1b2c3d4` or `a1b2c3d4`; undefined for anything else. */
export function parseNodeId(text: string): number | undefined {
  const match = /^!?([0-9a-f]{8})$/i.exec(text.trim());
  return match === null ? undefined : parseInt(match[1] as string, 16);
}

/** The last four hexadecimal digits: how the firmware itself names a node that has not told its name. */
export function lastFourOf(nodeNum: number): string {
  return (nodeNum >>> 0).toString(16).padStart(8, "0").slice(-4);
}
