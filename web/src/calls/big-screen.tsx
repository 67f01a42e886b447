// 话务大屏: read from across the hall. 16:9, nothing scrolls, persons masked, time of the data, a key to freeze it.
import { useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { useSession } from "@/app/session";
import { useReason, useSecond, useSkillNames } from "@/phone/hooks";
import type { FloorView } from "@/phone/protocol";
import { clock, SEAT_STATE } from "@/phone/words";
import { useHotkeys } from "@/ui/hotkeys";
import { at } from "@/ui/time";
import { alarmOf, countStates, lingers, ratesOf, rateText, seatsInOrder, waitingOf, type Alarm, type Rate } from "./floor-model";
import "./big-screen.css";
import { lengthText } from "./words";

/** Tiles that fit below the figures at 1920 × 1080. */
const TILES = 56;
const QUEUES = 8;

/** Few seats get large tiles: columns and rows that fill the room. */
export function gridOf(n: number): { columns: number; rows: number } {
  const columns = n <= 12 ? 4 : n <= 20 ? 5 : n <= 30 ? 6 : n <= 42 ? 7 : 8;
  return { columns, rows: Math.max(3, Math.ceil(n / columns)) };
}

function Big({ name, value, more, alarm = "none" }: { name: string; value: string | number; more?: string | undefined; alarm?: Alarm }) {
  return (
    <div className={`bs-big bs-${alarm}`}>
      <span>{name}</span>
      <b>{value}</b>
      <small>{more ?? "　"}</small>
    </div>
  );
}

/** 李* — a screen on the wall is seen by visitors. */
export function wallName(name: string): string {
  const [first = "", ...rest] = [...name];
  return rest.length === 0 ? first : first + "*".repeat(rest.length);
}

function Gauge({ name, rate, target }: { name: string; rate: Rate; target: number }) {
  const share = rate.den === 0 ? 0 : (rate.num / rate.den) * 100;
  return (
    <div className={`bs-gauge bs-${alarmOf(rate, target)}`}>
      <header>
        <span>{name}</span>
        <b>{rateText(rate)}</b>
      </header>
      <div className="bs-track">
        <i style={{ width: `${share}%` }} />
        <u style={{ left: `${target}%` }} title={`目标 ${target}%`} />
      </div>
      <small>
        {rate.num} / {rate.den}　目标 ≥ {target}%
      </small>
    </div>
  );
}

function Tiles({ floor, now }: { floor: FloorView; now: number }) {
  const reason = useReason();
  const seats = seatsInOrder(floor.seats).filter((s) => s.state !== "signed_out");
  const shown = seats.slice(0, seats.length > TILES ? TILES - 1 : TILES);
  const { columns, rows } = gridOf(Math.min(seats.length, TILES));
  return (
    <ul className="bs-tiles" aria-label="座席" style={{ gridTemplateColumns: `repeat(${columns}, 1fr)`, gridTemplateRows: `repeat(${rows}, minmax(0, 1fr))` }}>
      {shown.map((s) => (
        <li key={s.user} className={`bs-tile bs-tile-${s.state}`}>
          <b>{wallName(s.name)}</b>
          <span>
            {SEAT_STATE[s.state]}
            {s.reason && `·${reason(s.reason)}`}
          </span>
          <em className={lingers(s, now) ? "bs-late" : undefined}>{clock(now - s.since)}</em>
        </li>
      ))}
      {seats.length > shown.length && <li className="bs-tile bs-rest">另有 {seats.length - shown.length} 席</li>}
    </ul>
  );
}

function QueueBoard({ floor }: { floor: FloorView }) {
  const skill = useSkillNames();
  return (
    <table className="bs-queues" aria-label="队列">
      <thead>
        <tr>
          <th>队列</th>
          <th>排队</th>
          <th>最长</th>
          <th>空闲</th>
          <th>通话</th>
        </tr>
      </thead>
      <tbody>
        {floor.queues.slice(0, QUEUES).map((q) => (
          <tr key={q.skill} className={q.waiting > 0 && q.ready === 0 ? "bs-short" : undefined}>
            <td>{skill(q.skill)}</td>
            <td>{q.waiting}</td>
            <td>{q.waiting > 0 ? clock(q.longest_ms) : "—"}</td>
            <td>{q.ready}</td>
            <td>{q.talking}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function BigScreen({ floor: live, close }: { floor: FloorView; close: () => void }) {
  const { city } = useSession();
  const skill = useSkillNames();
  const beat = useSecond();
  const root = useRef<HTMLDivElement>(null);
  const [frozen, freeze] = useState<FloorView | null>(null);
  useHotkeys({ Escape: close, " ": () => freeze(frozen ? null : live) }, { always: true });
  useEffect(() => {
    void root.current?.requestFullscreen?.().catch(() => undefined);
    return () => {
      if (document.fullscreenElement) void document.exitFullscreen().catch(() => undefined);
    };
  }, []);
  const floor = frozen ?? live;
  const now = frozen ? frozen.now : Math.max(beat, live.now);
  const r = ratesOf(floor.today);
  const { waiting, longest } = waitingOf(floor);
  const states = countStates(floor.seats);
  const n = (state: string) => states.find((s) => s.state === state)?.n ?? 0;
  const wait = waiting === 0 ? 0 : longest + (now - floor.now);
  return createPortal(
    <div className="bs" ref={root} role="dialog" aria-label="话务大屏">
      <header className="bs-head">
        <h1>
          {city.name} {city.hotline} 话务现场
        </h1>
        <time>{at(now).format("YYYY年M月D日 dddd HH:mm:ss")}</time>
        <button type="button" onClick={() => freeze(frozen ? null : live)} aria-pressed={frozen !== null}>
          {frozen ? "已冻结，点击恢复" : "冻结"}
        </button>
        <button type="button" onClick={close}>
          退出
        </button>
      </header>
      <div className="bs-row">
        <Big name="排队" value={waiting} more={floor.queues.filter((q) => q.waiting > 0).map((q) => `${skill(q.skill)} ${q.waiting}`).join("　")} alarm={waiting >= 10 ? "red" : waiting >= 3 ? "amber" : "none"} />
        <Big name="最长等待" value={clock(wait)} alarm={wait > 60_000 ? "red" : wait > 15_000 ? "amber" : "none"} />
        <Big name="通话" value={floor.talking} more={`语音菜单 ${floor.in_menu}`} />
        <Big name="空闲座席" value={n("ready")} more={`话后整理 ${n("wrap_up")}　示忙 ${n("busy")}`} alarm={n("ready") === 0 && waiting > 0 ? "red" : "none"} />
        <Big name="今日请求人工" value={floor.today.offered} more={`接通 ${floor.today.answered}　呼出 ${floor.today.outbound}`} />
        <Big name="放弃" value={floor.today.abandoned} more={rateText(r.abandon)} alarm={alarmOf(r.abandon, 5, true)} />
        <Big name="漏接待回拨" value={floor.today.missed_open} alarm={floor.today.missed_open > 0 ? "amber" : "none"} />
      </div>
      <div className="bs-row bs-gauges">
        <Gauge name="接通率" rate={r.connect} target={95} />
        <Gauge name="15秒接通率（占接通数）" rate={r.in15Answered} target={80} />
        <Gauge name="15秒接通率（占请求数）" rate={r.in15Offered} target={80} />
        <div className="bs-gauge bs-means">
          <div>
            <span>平均等待</span>
            <b>{lengthText(r.wait)}</b>
          </div>
          <div>
            <span>平均通话</span>
            <b>{lengthText(r.talk)}</b>
          </div>
        </div>
      </div>
      <div className="bs-floor">
        <Tiles floor={floor} now={now} />
        <QueueBoard floor={floor} />
      </div>
      <footer className="bs-foot">
        数据时间 {at(floor.now).format("HH:mm:ss")}　空格 冻结、恢复　Esc 退出
        {floor.trunks.filter((t) => !t.up).map((t) => (
          <strong key={t.name}>中继“{t.name}”不可用</strong>
        ))}
      </footer>
    </div>,
    document.body,
  );
}
