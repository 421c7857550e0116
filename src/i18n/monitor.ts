/** The sentences about monitor. */

/** English gives the shape. */
export const monitorEn = {};

/** French. */
export const monitorFr: typeof monitorEn = {};
