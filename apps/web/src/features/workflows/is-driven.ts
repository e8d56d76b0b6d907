import type { Run } from "@lvs/core/workflow/run";

/** False: another console goes on with it, so that what is known here is how it stood when this one let go, and nothing is done from here. */
export const isDriven = (run: Run): boolean => run.pauseReason?.code !== "notDriven";
