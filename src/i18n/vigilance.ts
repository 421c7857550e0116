/** The sentences about vigilance. */

/** English gives the shape. */
export const vigilanceEn = {};

/** French. */
export const vigilanceFr: typeof vigilanceEn = {};
