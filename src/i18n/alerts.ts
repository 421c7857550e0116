/** The sentences about alerts. */

/** English gives the shape. */
export const alertsEn = {};

/** French. */
export const alertsFr: typeof alertsEn = {};
