import { Drawer, Input, Select } from "antd";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { CARD_LEVEL, CARD_STATE, options, type CardLevel } from "@/api/codes";
import { useMonitorBoard, useMonitorCards } from "@/api/hooks";
import type { BoardView } from "@/api/types";
import { DenseTable } from "@/ui/dense-table";
import { DeskFrame } from "@/ui/desk";
import { PageFoot } from "@/ui/order-table";
import { Empty, Failed, Loading } from "@/ui/states";
import { useSelection } from "@/ui/use-selection";
import { CardPanel } from "./card";
import { CARD_COLUMNS, LEVEL_TONE } from "./columns";
import "./monitor.css";

/** What the list and the board are asked for. */
interface Asked {
  level: string;
  state: string;
  rule: string;
  days: number;
  case_no: string;
}

const PERIODS = [
  { value: 1, label: "近两日" },
  { value: 7, label: "近7日" },
  { value: 30, label: "近30日" },
  { value: 365, label: "近一年" },
];
const LEVELS: CardLevel[] = ["red", "yellow", "warning"];

function Counter({ level, board, on, onPick }: { level: CardLevel; board: BoardView; on: boolean; onPick: () => void }) {
  return (
    <button type="button" className={`mon-count mon-${level}`} aria-pressed={on} onClick={onPick}>
      <span>{CARD_LEVEL[level]}</span>
      <b className="num">{board.counts[level]}</b>
      <small>今日 {board.today[level]}</small>
    </button>
  );
}

function States({ board, state, onPick }: { board: BoardView; state: string; onPick: (state: string) => void }) {
  const list = [
    ["open", "待说明", board.open],
    ["explained", "待审核", board.explained],
    ["appealed", "申诉中", board.appealed],
    ["revoked", "已撤销", board.revoked],
  ] as const;
  return (
    <div className="mon-states">
      {list.map(([code, name, n]) => (
        <button key={code} type="button" aria-pressed={state === code} onClick={() => onPick(state === code ? "" : code)}>
          {name} <b className="num">{n}</b>
        </button>
      ))}
    </div>
  );
}

/** The rules that fired most, as bars; pressing one filters the list. */
function Rules({ board, rule, onPick, onAll }: { board: BoardView; rule: string; onPick: (rule: string) => void; onAll: () => void }) {
  const most = Math.max(1, ...board.rules.map((r) => r.n));
  return (
    <section className="mon-block">
      <h3>
        触发规则
        <button type="button" className="link" onClick={onAll}>
          规则说明
        </button>
      </h3>
      {board.rules.length === 0 && <p className="muted">没有触发任何规则。</p>}
      <ul>
        {board.rules.map((r) => (
          <li key={`${r.rule}-${r.level}`}>
            <button type="button" aria-pressed={rule === r.rule} onClick={() => onPick(rule === r.rule ? "" : r.rule)} title={`${r.name}：${r.n} 张，其中已撤销 ${r.revoked} 张`}>
              <span className="clip">{r.name}</span>
              <i className={`mon-bar mon-bar-${r.level}`} style={{ width: `${(r.n / most) * 100}%` }} />
              <b className="num">{r.n}</b>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Units({ board }: { board: BoardView }) {
  if (board.orgs.length === 0) return null;
  return (
    <section className="mon-block">
      <h3>涉及单位</h3>
      <ul className="mon-units">
        {board.orgs.map((o) => (
          <li key={o.org.id}>
            <span className="clip" title={o.org.name}>
              {o.org.name}
            </span>
            {LEVELS.map((level) => (
              <b key={level} className={`num mon-n mon-n-${level}`} title={CARD_LEVEL[level]}>
                {o.counts[level] || ""}
              </b>
            ))}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Catalogue({ board, open, onClose }: { board: BoardView; open: boolean; onClose: () => void }) {
  return (
    <Drawer open={open} onClose={onClose} title="监察规则" size={760}>
      <p className="muted">规则由系统管理员在“参数配置”中维护，修改即时生效并留有历史。每条规则对同一时限、任务或督办只发牌一次。</p>
      <table className="op-grid mon-rules">
        <thead>
          <tr>
            <th style={{ width: 72 }}>级别</th>
            <th style={{ width: 180 }}>规则</th>
            <th style={{ width: 130 }}>触发</th>
            <th>依据</th>
          </tr>
        </thead>
        <tbody>
          {board.catalogue.map((r) => (
            <tr key={r.code} className={r.active ? "" : "muted"}>
              <td>
                <span className={LEVEL_TONE[r.level]}>{r.level_cn}</span>
              </td>
              <td>
                {r.name}
                {!r.active && "（停用）"}
              </td>
              <td>{r.threshold_cn}</td>
              <td>{r.basis}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Drawer>
  );
}

function Board({ asked, change }: { asked: Asked; change: (part: Partial<Asked>) => void }) {
  const [open, setOpen] = useState(false);
  const query = useMonitorBoard({ days: asked.days });
  if (query.error && !query.data) return <Failed error={query.error} retry={() => void query.refetch()} />;
  const board = query.data;
  if (!board) return <Loading />;
  return (
    <div className="mon-board">
      <div className="mon-counts">
        {LEVELS.map((level) => (
          <Counter key={level} level={level} board={board} on={asked.level === level} onPick={() => change({ level: asked.level === level ? "" : level })} />
        ))}
      </div>
      <States board={board} state={asked.state} onPick={(state) => change({ state })} />
      <Rules board={board} rule={asked.rule} onPick={(rule) => change({ rule })} onAll={() => setOpen(true)} />
      <Units board={board} />
      <Catalogue board={board} open={open} onClose={() => setOpen(false)} />
    </div>
  );
}

/** 电子监察看板 (screens §1.6). */
export default function MonitorPage() {
  const [params] = useSearchParams();
  const [asked, setAsked] = useState<Asked>({ level: "", state: params.get("state") ?? "", rule: "", days: 30, case_no: "" });
  const change = (part: Partial<Asked>) => setAsked((was) => ({ ...was, ...part }));
  const pages = useMonitorCards({ ...asked });
  const selection = useSelection(pages.rows, (l) => l.card.id);
  return (
    <DeskFrame
      pools={<Board asked={asked} change={change} />}
      bar={
        <>
          <h1>监察牌</h1>
          <Select aria-label="期间" value={asked.days} onChange={(days) => change({ days })} options={PERIODS} style={{ width: 92 }} />
          <Select aria-label="级别" value={asked.level} onChange={(level) => change({ level })} options={[{ value: "", label: "全部级别" }, ...options(CARD_LEVEL)]} style={{ width: 100 }} />
          <Select aria-label="状态" value={asked.state} onChange={(state) => change({ state })} options={[{ value: "", label: "全部状态" }, ...options(CARD_STATE)]} style={{ width: 110 }} />
          <Input.Search className="desk-search" placeholder="工单编号" allowClear onSearch={(t) => change({ case_no: t.trim() })} aria-label="搜索" />
        </>
      }
      list={
        pages.isPending ? (
          <Loading />
        ) : pages.error && pages.rows.length === 0 ? (
          <Failed error={pages.error} retry={() => void pages.refetch()} />
        ) : (
          <DenseTable
            label="监察牌"
            rows={pages.rows}
            columns={CARD_COLUMNS}
            rowKey={(l) => l.card.id}
            selected={selection.id}
            onSelect={(l) => selection.select(l.card.id)}
            globalKeys
            stale={pages.isPlaceholderData} asOf={pages.dataUpdatedAt}
            empty={<Empty title="没有符合条件的监察牌" hint="规则每20秒巡检一次，发现问题自动发牌并通知承办单位。" />}
            footer={<PageFoot pages={pages} />}
          />
        )
      }
      detail={<CardPanel line={selection.row} />}
    />
  );
}
