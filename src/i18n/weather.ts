/** The sentences about weather. */

/** English gives the shape. */
export const weatherEn = {};

/** French. */
export const weatherFr: typeof weatherEn = {};
