/** How often each question is asked, by the bot's history and by the bare database. */
export const ASK_ROUNDS = 5;
