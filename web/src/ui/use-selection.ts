import { useEffect, useRef } from "react";
import { useLocation, useSearchParams } from "react-router";

/**
 * The selected row, kept in the address so that a reload or a link shows the same matter. When it leaves the list
 * (done, dispatched, claimed by others), the row that took its place is selected: the desk works through its pool.
 */
export function useSelection<T>(rows: readonly T[], idOf: (row: T) => string, { auto = true } = {}) {
  const [params, setParams] = useSearchParams();
  const id = params.get("id");
  const at = rows.findIndex((r) => idOf(r) === id);
  const select = (next: string | null) =>
    setParams(
      (p) => {
        if (next) p.set("id", next);
        else p.delete("id");
        return p;
      },
      { replace: true },
    );
  const first = rows[0] ? idOf(rows[0]) : null;
  const { pathname } = useLocation();
  const here = useRef("");
  useEffect(() => {
    here.current = window.location.pathname;
  }, [pathname]);
  useEffect(() => {
    // While the next page is still loading, this one is shown but the address is the next one's: writing it would call the user back.
    const leaving = window.location.pathname !== here.current;
    if (auto && !id && first && !leaving) select(first);
  }, [auto, id, first]);
  /** The neighbour to go on with after the present one is done. */
  const next = () => {
    const row = rows[at + 1] ?? rows[at - 1];
    select(row ? idOf(row) : null);
  };
  return { id, row: at < 0 ? undefined : rows[at], select, next };
}
