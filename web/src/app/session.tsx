// Who is signed in. Everything below `SessionProvider` may assume that somebody is.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useMemo, type ReactNode } from "react";
import { session as calls } from "@/api/calls";
import { ApiError, setCsrf, whenSignedOut } from "@/api/client";
import { keys } from "@/api/hooks";
import type { SessionView } from "@/api/types";
import { outbox } from "@/intake/outbox";
import { seal } from "@/intake/seal";
import { Failed, Loading } from "@/ui/states";
import { setServerNow } from "@/ui/time";

const Context = createContext<SessionView | null>(null);

/** The signed-in session. */
export function useSession(): SessionView {
  const session = useContext(Context);
  if (!session) throw new Error("useSession outside SessionProvider");
  return session;
}

/** Whether the session holds a permission; `admin.` with a trailing dot means any of that family. */
export function permitted(session: SessionView, permission: string): boolean {
  return permission.endsWith(".")
    ? session.permissions.some((p) => p.startsWith(permission))
    : session.permissions.includes(permission);
}

export function useCan(): (permission: string) => boolean {
  const session = useSession();
  return useMemo(() => {
    const held = new Set(session.permissions);
    return (permission) => held.has(permission) || (permission.endsWith(".") && permitted(session, permission));
  }, [session]);
}

function adopt(session: SessionView): SessionView {
  setCsrf(session.csrf);
  setServerNow(session.now);
  seal.use(session.draft_key);
  return session;
}

/** Takes a session answer over: token, server clock, key of what is typed, cache. */
export function useAdoptSession(): (session: SessionView) => void {
  const client = useQueryClient();
  return (session) => {
    adopt(session);
    client.setQueryData(keys.session, session);
  };
}

/** Nobody is here any more: what was typed stays sealed for whoever typed it. */
export function signedOut(): void {
  outbox.leave();
  seal.use(undefined);
}

async function load(): Promise<SessionView | null> {
  try {
    return adopt(await calls.get());
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) {
      signedOut();
      return null;
    }
    throw error;
  }
}

/** Shows `children` to a signed-in person and `signIn` to everybody else, without leaving the address. */
export function SessionProvider({ signIn, children }: { signIn: ReactNode; children: ReactNode }) {
  const client = useQueryClient();
  const query = useQuery({ queryKey: keys.session, queryFn: load, staleTime: 60_000 });
  useEffect(() => {
    whenSignedOut(() => {
      signedOut();
      client.setQueryData(keys.session, null);
    });
    return () => whenSignedOut(undefined);
  }, [client]);
  if (query.data === undefined) {
    return query.error ? <Failed error={query.error} retry={() => void query.refetch()} /> : <Loading />;
  }
  if (query.data === null) return <>{signIn}</>;
  return <Context value={query.data}>{children}</Context>;
}
