/** What a running process uses, as Linux tells it (proc(5)). */

// Linux counts processor time for programs in hundredths of a second, whatever the kernel's own clock does (USER_HZ).
const TICK_MS = 10;
// Behind the name: state is the third field, utime the fourteenth, stime the fifteenth.
const UTIME = 11;

/** Processor time of all its threads since its start, in milliseconds; throws when the process is gone. */
export function processorMs(pid: number): number {
  return processorMsIn(Deno.readTextFileSync(`/proc/${pid}/stat`));
}

/** The same from the text of `/proc/PID/stat`; throws when it is none. */
export function processorMsIn(stat: string): number {
  // The name of the program stands in brackets and may hold spaces and brackets itself.
  const fields = stat.slice(stat.lastIndexOf(")") + 1).trim().split(" ");
  const ms = (Number(fields[UTIME]) + Number(fields[UTIME + 1])) * TICK_MS;
  if (!Number.isFinite(ms)) throw new Error(`Cannot read the processor time: ${stat.trim()}`);
  return ms;
}

/** Its resident memory (VmRSS) in MiB; throws when the process is gone. */
export function residentMiB(pid: number): number {
  const kibibytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1]);
  if (!Number.isFinite(kibibytes)) throw new Error(`Cannot read the memory of process ${pid}`);
  return kibibytes / 1024;
}
