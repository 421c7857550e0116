/** Words that must not open a text of ours. */

// Other bots on a channel answer a text that begins so; behind / ! or . they read a command.
const BAIT = /^(?:ping|pong|test|ack|cq|cmd|[/!.])/i;

/** True when another bot could take the text for something to answer. */
export function beginsLikeBait(text: string): boolean {
  return BAIT.test(text);
}
