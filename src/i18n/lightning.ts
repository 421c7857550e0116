/** The sentences about lightning. */

/** English gives the shape. */
export const lightningEn = {};

/** French. */
export const lightningFr: typeof lightningEn = {};
