import type { ReactNode } from "react";
import "./desk.css";

/** A desk: pools on the left (if any), the list, the matter at hand on the right. */
export function DeskFrame({ pools, bar, list, detail, wide = false }: { pools?: ReactNode; bar?: ReactNode; list: ReactNode; detail: ReactNode; wide?: boolean }) {
  return (
    <div className={`desk${pools ? " desk-pools" : ""}${wide ? " desk-wide" : ""}`}>
      {pools && <nav className="panel desk-nav">{pools}</nav>}
      <section className="panel desk-list">
        {bar && <div className="desk-bar">{bar}</div>}
        <div className="desk-rows">{list}</div>
      </section>
      <section className="panel desk-detail">{detail}</section>
    </div>
  );
}

export interface Pool {
  code: string;
  name: string;
  count?: number | undefined;
  red?: number | undefined;
  yellow?: number | undefined;
}

/** The same as a strip of tabs above the list, where width is scarce. */
export function TabStrip({ tabs, current, onPick, label }: { tabs: readonly Pool[]; current: string; onPick: (code: string) => void; label: string }) {
  return (
    <div className="tab-strip" role="tablist" aria-label={label}>
      {tabs.map((t) => (
        <button key={t.code} type="button" role="tab" aria-selected={t.code === current} onClick={() => onPick(t.code)}>
          {t.name}
          <span className={t.red ? "num bad" : "num"} title={t.red ? `其中逾期 ${t.red} 件` : undefined}>
            {t.count ?? ""}
          </span>
        </button>
      ))}
    </div>
  );
}

/** Work pools with counts; red before yellow. */
export function Pools({ pools, current, onPick, label }: { pools: readonly Pool[]; current: string; onPick: (code: string) => void; label: string }) {
  return (
    <ul className="pools" aria-label={label}>
      {pools.map((p) => (
        <li key={p.code}>
          <button type="button" aria-current={p.code === current ? "true" : undefined} onClick={() => onPick(p.code)}>
            <span>{p.name}</span>
            {!!p.red && (
              <span className="pool-light pool-red" title={`逾期 ${p.red} 件`}>
                逾{p.red}
              </span>
            )}
            {!!p.yellow && (
              <span className="pool-light pool-yellow" title={`即将到期 ${p.yellow} 件`}>
                临{p.yellow}
              </span>
            )}
            <b className="num">{p.count ?? ""}</b>
          </button>
        </li>
      ))}
    </ul>
  );
}
