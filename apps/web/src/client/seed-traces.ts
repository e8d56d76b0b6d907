"use client";
import { useEffect } from "react";
import { useStore } from "./live.tsx";
import { useTRPCClient } from "./trpc.ts";

/** What a sparkline shows from before this tab was opened: the kept samples of the last fifteen minutes. */
export interface Sampled {
  readonly directorId: string;
  /** As core's `serviceKey` makes it. */
  readonly service: string;
  /** As core's `destinationKey` makes it; undefined: the whole service. */
  readonly destination: string | undefined;
}

const spanMs = 15 * 60_000;
/** One point per slot of a sparkline. */
const points = 60;
/** Past this many rows nobody reads sparklines, and each is a question of its own. */
export const mostAsked = 30;

/** Asks once per row and tab, one after the other. Without an answer the line simply begins where this tab began to listen. */
export const useSeededTraces = (wanted: readonly Sampled[]): void => {
  const store = useStore();
  const client = useTRPCClient();
  const name = JSON.stringify(wanted.slice(0, mostAsked));
  useEffect(() => {
    let isOver = false;
    const seed = async (): Promise<void> => {
      for (const each of wanted.slice(0, mostAsked)) {
        const key = [each.service, each.destination].filter((part) => part !== undefined).join(" ");
        if (isOver || !store.needsSeed(each.directorId, key)) continue;
        const toMs = Date.now() + store.read().offsetMs;
        const { destination, ...rest } = each;
        const asked = { ...rest, ...(destination === undefined ? {} : { destination }) };
        const samples = await client.samples.read.query({ ...asked, fromMs: toMs - spanMs, toMs, points });
        store.seed(each.directorId, key, {
          active: zip(samples.atMs, samples.metrics.active?.values ?? []),
          rate: zip(samples.atMs, samples.metrics.connectionsPerS?.values ?? []),
        });
      }
    };
    seed().catch(() => undefined);
    return () => {
      isOver = true;
    };
    // `name` stands for `wanted`: a new list with the same rows asks nothing again.
  }, [name, store, client]);
};

const zip = (times: readonly number[], values: readonly (number | null)[]): [number, number][] =>
  times.flatMap((atMs, index): [number, number][] => {
    const value = values[index];
    return value === null || value === undefined ? [] : [[atMs, value]];
  });
