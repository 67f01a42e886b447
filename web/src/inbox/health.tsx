// 渠道健康: each channel with its lamp, when it last worked, what waits, and what is wrong.
import { useQuery } from "@tanstack/react-query";
import { Loaded } from "@/ui/states";
import { dateTime, length } from "@/ui/time";
import { inbox, KEY, type ChannelHealth } from "./calls";
import "@/ui/lamp.css";
import "./inbox.css";
import { HEALTH_TONE } from "./words";

const EVERY = 10_000;

function Row({ c }: { c: ChannelHealth }) {
  const off = c.state === "off";
  return (
    <tr aria-label={c.adapter_cn}>
      <td>
        <span className={`lamp ${HEALTH_TONE[c.state] ?? ""}`}>
          <i className="lamp-dot" />
          {c.state_cn}
        </span>
      </td>
      <td>
        <b>{c.adapter_cn}</b>
      </td>
      <td className="num">{c.success_at === null ? <span className="muted">—</span> : dateTime(c.success_at)}</td>
      <td className={c.state === "down" ? "num bad" : "num"}>{c.lag_ms === null ? <span className="muted">—</span> : c.state !== "down" && c.lag_ms < 60_000 ? "无" : length(c.lag_ms)}</td>
      <td className="num">
        {c.waiting}
        {c.oldest_at !== null && <span className="muted">　最早 {dateTime(c.oldest_at)}</span>}
      </td>
      <td>
        {c.error ? (
          <span className={c.state === "down" ? "bad" : undefined}>
            {c.error}
            {c.state === "down" && c.since !== null && <span className="muted">（{dateTime(c.since)} 起）</span>}
          </span>
        ) : (
          <span className="muted">{off ? "尚未接入，由系统管理员在“系统管理”中设置" : "无"}</span>
        )}
      </td>
    </tr>
  );
}

export function HealthPanel() {
  const query = useQuery({ queryKey: [...KEY, "health"], queryFn: inbox.health, refetchInterval: EVERY });
  return (
    <Loaded query={query}>
      {(channels) => (
        <section className="panel">
          <div className="panel-head">
            各渠道状态<span className="muted ib-plain">渠道中断期间的来信留在原处，恢复后自动收取，不会丢失</span>
          </div>
          <table className="adm-table ib-table">
            <thead>
              <tr>
                <th style={{ width: 96 }}>状态</th>
                <th style={{ width: 110 }}>渠道</th>
                <th style={{ width: 150 }}>最近一次成功</th>
                <th style={{ width: 110 }}>滞后</th>
                <th style={{ width: 230 }}>待登记</th>
                <th>最近的问题</th>
              </tr>
            </thead>
            <tbody>
              {channels.map((c) => (
                <Row key={c.adapter} c={c} />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </Loaded>
  );
}
