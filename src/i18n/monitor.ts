/** The sentences about the machine that the bot runs on. */

/** English gives the shape. */
export const monitorEn = {
  temperature: (celsius: string, limit: number): string => `My CPU: ${celsius}°C (limit ${limit})`,
  temperatureOk: (celsius: string): string => `My CPU: ${celsius}°C, fine again`,
  load: (perCore: string, limit: number): string => `My load: ${perCore} per core (limit ${limit})`,
  loadOk: (perCore: string): string => `My load: ${perCore} per core, fine again`,
  memory: (percent: string, limit: number): string => `My RAM: ${percent}% used (limit ${limit})`,
  memoryOk: (percent: string): string => `My RAM: ${percent}% used, fine again`,
  disk: (percent: string, limit: number): string => `My disk: ${percent}% used (limit ${limit})`,
  diskOk: (percent: string): string => `My disk: ${percent}% used, fine again`,
  /** Also lines of /sys. */
  lowVoltage: "Under-voltage now!",
  lowVoltageBefore: "Under-voltage since the start",
  voltageOk: "My power supply is fine again",
};

/** French. */
export const monitorFr: typeof monitorEn = {
  temperature: (celsius, limit) => `Mon CPU: ${celsius}°C (limite ${limit})`,
  temperatureOk: (celsius) => `Mon CPU: ${celsius}°C, rentré dans l'ordre`,
  load: (perCore, limit) => `Ma charge: ${perCore} par cœur (limite ${limit})`,
  loadOk: (perCore) => `Ma charge: ${perCore} par cœur, rentrée dans l'ordre`,
  memory: (percent, limit) => `Ma RAM: ${percent}% occupée (limite ${limit})`,
  memoryOk: (percent) => `Ma RAM: ${percent}% occupée, rentrée dans l'ordre`,
  disk: (percent, limit) => `Mon disque: ${percent}% occupé (limite ${limit})`,
  diskOk: (percent) => `Mon disque: ${percent}% occupé, rentré dans l'ordre`,
  lowVoltage: "Sous-tension en ce moment !",
  lowVoltageBefore: "Sous-tension depuis le démarrage",
  voltageOk: "Mon alimentation est de nouveau bonne",
};
