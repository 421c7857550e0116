/** The sentences about alerts. */

/** English gives the shape. */
export const alertsEn = {
  /** Behind the alerts of a message: those that did not fit come in the next. */
  more: (count: number): string => `+${count} to come`,
  on: (off: string): string => `You get my alerts. ${off} ends that.`,
  off: (on: string): string => `You get no more alerts. ${on} undoes that.`,
  isOn: (off: string): string => `You get my alerts; ${off} ends that.`,
  isOff: (on: string): string => `You do not get my alerts; ${on} changes that.`,
  /** Somebody whom the configuration names. */
  named: "You get my alerts by my configuration.",
  full: (count: number): string => `${count} people get my alerts already, there is no place left.`,
};

/** French. */
export const alertsFr: typeof alertsEn = {
  more: (count) => `+${count} à suivre`,
  on: (off) => `Vous recevrez mes alertes. ${off} pour arrêter.`,
  off: (on) => `Vous n'aurez plus d'alertes. ${on} pour revenir.`,
  isOn: (off) => `Vous recevez mes alertes; ${off} pour arrêter.`,
  isOff: (on) => `Vous ne recevez pas mes alertes; ${on} pour les avoir.`,
  named: "Ma configuration vous envoie mes alertes.",
  full: (count) => `${count} personnes ont déjà mes alertes, il n'y a plus de place.`,
};
