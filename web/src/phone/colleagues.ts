// Colleagues at their seats: whom one may consult or transfer to.
import { useEffect } from "react";
import type { Colleague } from "./protocol";
import { phone, usePhone } from "./store";

const AGAIN_MS = 3_000;

/** Asked for while shown: somebody who was free a moment ago may be talking now. Null until answered. */
export function useColleagues(): readonly Colleague[] | null {
  const { colleagues } = usePhone();
  useEffect(() => {
    const ask = () => void phone.send({ type: "colleagues" }).catch(() => undefined);
    ask();
    const timer = setInterval(ask, AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  return colleagues;
}
