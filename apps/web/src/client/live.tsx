"use client";
import type { Fleet, FleetDirector } from "@lvs/core/fleet/model";
import {
  createContext,
  useContext,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from "react";
import { LiveStore, nothingHeard, type Live } from "./live-store.ts";
import type { Trace, Traced } from "./traces.ts";
import { useTRPCClient } from "./trpc.ts";

const StoreContext = createContext<LiveStore | undefined>(undefined);

/** A tab has one stream. It resumes by itself from the last id; a gap that cannot be filled comes as a whole fleet again. */
export const LiveProvider = ({ children }: { children: ReactNode }) => {
  const [store] = useState(() => new LiveStore());
  const client = useTRPCClient();
  useEffect(() => {
    const subscription = client.live.watch.subscribe(undefined, {
      onData: (envelope) => store.apply(envelope.data),
      onError: (error) => store.setStream("lost", error.message),
      onConnectionStateChange: (change) => {
        if (change.state === "connecting")
          store.setStream(store.read().fleet === undefined ? "connecting" : "lost", change.error?.message);
      },
    });
    return () => subscription.unsubscribe();
  }, [client, store]);
  return <StoreContext value={store}>{children}</StoreContext>;
};

export const useStore = (): LiveStore => {
  const store = useContext(StoreContext);
  if (store === undefined) throw new Error("useLive outside LiveProvider");
  return store;
};

/** A part of the live picture. `select` must give the same object for the same picture, or a primitive. */
export const useLive = <Part,>(select: (live: Live) => Part): Part => {
  const store = useStore();
  const last = useRef<{ live: Live; part: Part } | undefined>(undefined);
  const read = (): Part => {
    const live = store.read();
    if (last.current?.live === live) return last.current.part;
    const part = select(live);
    last.current = { live, part };
    return part;
  };
  // What the server drew was drawn without a fleet; the first drawing here must be the same, however early the stream speaks.
  return useSyncExternalStore(store.subscribe, read, () => select(nothingHeard));
};

export const useFleet = (): Fleet | undefined => useLive((live) => live.fleet);

export const useDirector = (id: string): FleetDirector | undefined =>
  useLive((live) => live.fleet?.directors.find((director) => director.id === id));

/** The trace of a service or of one of its real servers ("TCP 192.0.2.1:80", "TCP 192.0.2.1:80 192.0.2.7:80"). */
export const useTraces = (): ((directorId: string, key: string, traced: Traced) => Trace) => useStore().trace;

/** The console's clock, as far as this browser knows it, every `stepMs`. */
export const useNow = (stepMs = 500): number => {
  const offsetMs = useLive((live) => live.offsetMs);
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), stepMs);
    return () => clearInterval(timer);
  }, [stepMs]);
  return nowMs + offsetMs;
};
