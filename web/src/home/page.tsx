import { useQueries } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { orders } from "@/api/calls";
import { keys, useHome, useReference } from "@/api/hooks";
import type { HomeView, QueueView } from "@/api/types";
import { useSession } from "@/app/session";
import { TABS as LETTERS } from "@/letters/tabs";
import { DenseTable } from "@/ui/dense-table";
import { columnsOf, PRESETS } from "@/ui/order-columns";
import { Lamp } from "@/ui/lamp";
import { Empty, Loaded } from "@/ui/states";
import { at, serverNow } from "@/ui/time";
import "@/order/supervise.css";
import "./home.css";
import { deskOf } from "./desk-of";

const LETTERS_EVERY = 60_000;
const TODAY: Record<string, string> = {
  registered: "登记",
  dispatched: "派单",
  closed: "办结",
  overdue: "新增逾期",
};

function Queue({ queue }: { queue: QueueView }) {
  return (
    <Link to={deskOf(queue.code)} className="queue" aria-label={`${queue.name} ${queue.count} 件，逾期 ${queue.red} 件，即将到期 ${queue.yellow} 件`}>
      <span className="queue-name">{queue.name}</span>
      <b>{queue.count}</b>
      <span className="queue-lights">
        <span className={queue.red > 0 ? "queue-red" : ""}>逾期 {queue.red}</span>
        <span className={queue.yellow > 0 ? "queue-yellow" : ""}>临期 {queue.yellow}</span>
      </span>
    </Link>
  );
}

function Lights({ lights }: { lights: HomeView["lights"] }) {
  const total = lights.green + lights.yellow + lights.red;
  const share = (n: number) => (total === 0 ? 0 : (n / total) * 100);
  return (
    <section className="panel lights">
      <div className="panel-head">在办时限</div>
      <div className="lights-bar" aria-hidden>
        <i style={{ width: `${share(lights.green)}%`, background: "#4f9d68" }} />
        <i style={{ width: `${share(lights.yellow)}%`, background: "#e5a100" }} />
        <i style={{ width: `${share(lights.red)}%`, background: "#c1201c" }} />
      </div>
      <dl>
        <div><dt className="lamp lamp-green"><i className="lamp-dot" />正常</dt><dd>{lights.green}</dd></div>
        <div><dt className="lamp lamp-yellow"><i className="lamp-dot" />即将到期</dt><dd>{lights.yellow}</dd></div>
        <div><dt className="lamp lamp-red"><i className="lamp-dot" />已逾期</dt><dd>{lights.red}</dd></div>
      </dl>
    </section>
  );
}

function Today({ today }: { today: HomeView["today"] }) {
  return (
    <section className="panel">
      <div className="panel-head">今日</div>
      <dl className="today">
        {Object.entries(TODAY)
          .filter(([key]) => key in today)
          .map(([key, cn]) => (
            <div key={key}>
              <dt>{cn}</dt>
              <dd>{today[key]}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
}

function Mine({ rows, waiting }: { rows: HomeView["my"]; waiting: number }) {
  const navigate = useNavigate();
  const [selected, setSelected] = useState<string | null>(null);
  return (
    <section className="panel home-mine">
      <div className="panel-head">我的工作</div>
      <DenseTable
        label="我的工作"
        rows={rows}
        columns={columnsOf(PRESETS.home)}
        rowKey={(o) => o.id}
        selected={selected}
        onSelect={(o) => setSelected(o.id)}
        onOpen={(o) => void navigate(`/orders/${o.id}`)}
        globalKeys
        empty={<Empty title="没有需要您处理的工单" hint={waiting > 0 ? `工单池中还有 ${waiting} 件，可从上方进入领取、办理。` : undefined} />}
        footer={<span>回车或双击打开工单</span>}
      />
    </section>
  );
}

/** 写给我的信: of whoever has a box, how many wait and how many are late. */
function MyLetters() {
  const boxes = (useReference().data?.mailboxes ?? []).filter((m) => m.mine);
  const mailbox = boxes.map((b) => b.id).join(",");
  const counts = useQueries({
    queries: LETTERS.map((t) => {
      const of = { mailbox, ...t.query };
      return { queryKey: keys.orderCount(of), queryFn: () => orders.count(of), enabled: mailbox !== "", refetchInterval: LETTERS_EVERY };
    }),
  });
  if (boxes.length === 0) return null;
  return (
    <section className="panel home-letters" aria-label="写给我的信">
      <div className="panel-head">
        写给我的信<span className="muted">{boxes.map((b) => b.name).join("、")}</span>
        <Link className="panel-more" to="/letters">
          全部来信
        </Link>
      </div>
      <dl className="today">
        {LETTERS.map((t, i) => (
          <div key={t.code}>
            <dt>
              <Link to={t.code === "all" ? "/letters" : `/letters?tab=${t.code}`}>{t.name}</Link>
            </dt>
            <dd className={t.code === "red" && (counts[i]?.data?.total ?? 0) > 0 ? "bad" : undefined}>{counts[i]?.data?.total ?? "—"}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** 督办 that must be answered from this desk, above everything else. */
function Pinned({ rows }: { rows: HomeView["pinned"] }) {
  if (rows.length === 0) return null;
  return (
    <section className="panel sv-pin home-pinned" aria-label="督办提醒">
      <div className="panel-head">
        督办提醒
        <Link className="panel-more" to="/handling?tab=supervised">
          全部督办
        </Link>
      </div>
      <ul>
        {rows.map(({ round: r, order: o }) => (
          <li key={r.id}>
            <Link to={`/orders/${o.id}?tab=supervise`} title={r.opinion}>
              <span className={r.level === "urge" || r.level === "normal" ? "tag tag-amber" : "tag tag-red"}>{r.level_cn}</span>
              <span className="clip">{o.title}：{r.opinion}</span>
              <span className="clip muted">{r.initiator_name} 第{r.round}轮</span>
              <Lamp light={r.light} due={r.due_at} remaining={r.remaining_cn} />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** 首页: what waits, how urgent it is, what today has brought. */
export default function HomePage() {
  const query = useHome();
  const { user, appointment } = useSession();
  const now = at(serverNow());
  return (
    <Loaded query={query}>
      {(home) => (
        <div className={home.queues.length > 0 ? "home" : "home home-bare"}>
          <header className="home-head">
            <h1>{user.name}，{now.hour() < 11 ? "上午好" : now.hour() < 14 ? "中午好" : now.hour() < 18 ? "下午好" : "晚上好"}</h1>
            <span className="muted">{appointment.org.name}　{appointment.roles.map((r) => r.cn).join("、")}　{now.format("YYYY年M月D日 dddd")}</span>
          </header>
          {home.queues.length > 0 && (
            <nav className="home-queues" aria-label="工单队列">
              {home.queues.map((q) => (
                <Queue key={q.code} queue={q} />
              ))}
            </nav>
          )}
          <div className="home-main">
            <Pinned rows={home.pinned} />
            <Mine rows={home.my} waiting={home.queues.reduce((n, q) => n + q.count, 0)} />
          </div>
          <aside className="home-side">
            <MyLetters />
            <Lights lights={home.lights} />
            <Today today={home.today} />
          </aside>
        </div>
      )}
    </Loaded>
  );
}
