/** The sentences about remote. */

/** English gives the shape. */
export const remoteEn = {};

/** French. */
export const remoteFr: typeof remoteEn = {};
