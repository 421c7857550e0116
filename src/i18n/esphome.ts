/** The sentences about esphome. */

/** English gives the shape. */
export const esphomeEn = {};

/** French. */
export const esphomeFr: typeof esphomeEn = {};
