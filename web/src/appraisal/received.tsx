// 受理情况 (R02): what was registered, by 来源 and 类型, beside the period before and the same one last year.
import { useNavigate } from "react-router";
import type { Answer, Rate } from "@/api/types";
import { Empty } from "@/ui/states";
import { date } from "@/ui/time";

type View = Answer<"received_view">;
type Line = View["total"];

function Change({ rate }: { rate: Rate }) {
  if (rate.value === null) return <span className="muted">—</span>;
  const sign = rate.value > 0 ? "+" : "";
  return <span>{`${sign}${rate.value.toFixed(2)}%`}</span>;
}

function Compared({ line }: { line: Line }) {
  return (
    <>
      <td className="num ap-sum">{line.n}</td>
      <td className="num">{line.n > 0 ? `${(line.share / 100).toFixed(2)}%` : "—"}</td>
      <td className="num">{line.last}</td>
      <td className="num">
        <Change rate={line.on_last} />
      </td>
      <td className="num">{line.year}</td>
      <td className="num">
        <Change rate={line.on_year} />
      </td>
    </>
  );
}

/** The lines below the total: the same of each 类型. */
const BELOW: { name: string; of: (line: Line) => React.ReactNode }[] = [
  { name: "占比", of: (l) => (l.n > 0 ? `${(l.share / 100).toFixed(2)}%` : "—") },
  { name: "上期", of: (l) => l.last },
  { name: "环比", of: (l) => <Change rate={l.on_last} /> },
  { name: "去年同期", of: (l) => l.year },
  { name: "同比", of: (l) => <Change rate={l.on_year} /> },
];

/** Days of a period whose end is the first moment after it. */
const days = (from: number, until: number) => `${date(from)} 至 ${date(until - 1)}`;

export function receivedNote(v: View): string {
  return `按登记时间统计，上期 ${days(v.last_from, v.last_until)}，去年同期 ${days(v.year_from, v.year_until)}；基期为0的不计环比、同比。平衡校验（Σ来源＝Σ类型＝受理总量）${v.balanced ? "通过" : "未通过，请联系系统管理员"}。`;
}

export function Received({ view }: { view: View }) {
  const navigate = useNavigate();
  if (view.total.n + view.total.last + view.total.year === 0) return <Empty title="这段时间没有登记的工单" hint="请选择其他日期。" />;
  const list = (channel: string, kind: string) => {
    const query = new URLSearchParams({ registered: `${date(view.from)}~${date(view.until - 1)}`, channel, demand_type: kind });
    void navigate(`/query?${query.toString()}`);
  };
  return (
    <table className="ap-table ap-cross" aria-label="诉求受理总体情况">
      <thead>
        <tr>
          <th style={{ width: 96 }}>来源</th>
          {view.kinds.map((k) => (
            <th key={k.code}>{k.name}</th>
          ))}
          <th>合计</th>
          <th>占比</th>
          <th>上期</th>
          <th>环比</th>
          <th>去年同期</th>
          <th>同比</th>
        </tr>
      </thead>
      <tbody>
        <tr className="ap-total">
          <td>{view.total.name}</td>
          {view.kinds.map((k) => (
            <td key={k.code} className="num">{k.n}</td>
          ))}
          <Compared line={view.total} />
        </tr>
        {view.channels.map((c, i) => (
          <tr key={c.code}>
            <td>{c.name}</td>
            {view.kinds.map((k, j) => {
              const n = view.cells[i]?.[j] ?? 0;
              return (
                <td key={k.code} className="num">
                  {n > 0 ? (
                    <button type="button" className="link" onClick={() => list(c.code, k.code)} aria-label={`${c.name}${k.name}${n}件，查看工单`}>
                      {n}
                    </button>
                  ) : (
                    <span className="muted">0</span>
                  )}
                </td>
              );
            })}
            <Compared line={c} />
          </tr>
        ))}
        {BELOW.map((b) => (
          <tr key={b.name} className="ap-below">
            <td>{b.name}</td>
            {view.kinds.map((k) => (
              <td key={k.code} className="num">{b.of(k)}</td>
            ))}
            <td colSpan={6} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}
