/** The sentences about stats. */

/** English gives the shape. */
export const statsEn = {};

/** French. */
export const statsFr: typeof statsEn = {};
