// One piece: what everybody may know of it, and after 领取 all of it with the ways out.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { messageOf } from "@/api/client";
import { keys } from "@/api/hooks";
import { useSession } from "@/app/session";
import { useHotkeys } from "@/ui/hotkeys";
import { Kbd } from "@/ui/kbd";
import { Empty, Failed, Loading } from "@/ui/states";
import { at, date, dateTime } from "@/ui/time";
import { inbox, KEY, type ItemLine, type ItemView } from "./calls";
import { AddToOrder, Discard } from "./dialogs";
import { PieceFiles } from "./files";
import { BLANKED, STATE_TONE } from "./words";

function Head({ line, subject, until }: { line: ItemLine; subject: string; until: number | null }) {
  return (
    <header className="ib-head">
      <h2 className={line.blanked_at === null ? undefined : "ib-blanked"}>{line.blanked_at === null ? subject || "（无标题）" : BLANKED}</h2>
      <div className="ib-marks">
        <span className={STATE_TONE[line.state] ?? "tag"}>{line.state_cn}</span>
        <span className="tag">{line.adapter_cn}</span>
        {line.is_answer && <span className="tag tag-blue">答复原工单</span>}
        {until !== null && <span className="muted ib-until">{at(until).format("HH:mm")} 前由您办理</span>}
      </div>
    </header>
  );
}

function Times({ line }: { line: ItemLine }) {
  return (
    <>
      <dt>来信时间</dt>
      <dd className="num">{line.written_at === null ? "不详" : dateTime(line.written_at)}</dd>
      <dt>收到时间</dt>
      <dd className="num">{dateTime(line.at)}</dd>
    </>
  );
}

function Settled({ line }: { line: ItemLine }) {
  if (line.done_at === null) return null;
  return (
    <>
      <dt>办理结果</dt>
      <dd>
        {line.state_cn}
        {line.reason_cn && `：${line.reason_cn}`}
        {line.note && `（${line.note}）`}
        {line.order_id && (
          <>
            {"　"}
            <Link to={`/orders/${line.order_id}`}>查看工单</Link>
          </>
        )}
      </dd>
      <dt>办理人</dt>
      <dd>
        {line.done_by_name ?? "系统"} <span className="muted num">{dateTime(line.done_at)}</span>
      </dd>
    </>
  );
}

/** The whole of it. */
export function PieceText({ item }: { item: ItemView }) {
  return (
    <>
      {item.remarks.map((r) => (
        <div key={r} className="note note-amber">
          {r}
        </div>
      ))}
      {item.about && (
        <div className="note note-blue">
          答复工单{" "}
          {item.about.may_open ? (
            <Link className="num" to={`/orders/${item.about.id}`}>
              {item.about.case_no}
            </Link>
          ) : (
            <b className="num">{item.about.case_no}</b>
          )}
          ：{item.about.title}（{item.about.state_cn}）
        </div>
      )}
      <div className="prose ib-text">{item.text || <span className="muted">（没有正文）</span>}</div>
      <PieceFiles id={item.id} files={item.file_list} />
    </>
  );
}

function Whole({ item }: { item: ItemView }) {
  return (
    <div className="ib-body">
      <dl className="adm-kv">
        <dt>来信人</dt>
        <dd>
          {item.name && <b>{item.name}　</b>}
          <span className="mono">{item.address}</span>
        </dd>
        <Times line={item} />
        <Settled line={item} />
      </dl>
      <PieceText item={item} />
    </div>
  );
}

function Closed({ line, why }: { line: ItemLine; why: string }) {
  return (
    <div className="ib-body">
      <dl className="adm-kv">
        <dt>来信人</dt>
        <dd>{line.sender}</dd>
        <Times line={line} />
        <dt>附件</dt>
        <dd>{line.files > 0 ? `${line.files} 个` : "无"}</dd>
        <Settled line={line} />
      </dl>
      {line.glance && <div className="prose ib-text ib-glance">{line.glance}…</div>}
      <p className="muted">{why}</p>
    </div>
  );
}

/** Of a piece whose time is over, what became of it. */
function Blanked({ line, on }: { line: ItemLine; on: number }) {
  return (
    <div className="ib-body">
      <div className="note note-blue">
        {BLANKED}（<span className="num">{date(on)}</span>）。来信人、标题、正文和附件不再保存，不能恢复；转入工单的内容不受影响。
      </div>
      <dl className="adm-kv">
        <Times line={line} />
        <Settled line={line} />
      </dl>
    </div>
  );
}

function useActs(changed: () => void) {
  const { message } = App.useApp();
  const client = useQueryClient();
  const fresh = () => {
    void client.invalidateQueries({ queryKey: KEY });
    void client.invalidateQueries({ queryKey: keys.queues });
  };
  const onError = (error: unknown) => {
    void message.error(messageOf(error));
    fresh();
  };
  const claim = useMutation({
    mutationFn: inbox.claim,
    onSuccess: (item) => {
      client.setQueryData([...KEY, "one", item.id], item);
      fresh();
    },
    onError,
  });
  const release = useMutation({ mutationFn: inbox.release, onSuccess: () => (fresh(), changed()), onError });
  const reopen = useMutation({ mutationFn: inbox.reopen, onSuccess: () => (message.success("已恢复到待登记"), fresh(), changed()), onError });
  return { claim, release, reopen, fresh };
}

/** `changed`: the piece has left its list. */
export function Reader({ line, changed }: { line: ItemLine | undefined; changed: () => void }) {
  const navigate = useNavigate();
  const { appointment } = useSession();
  const [way, setWay] = useState<"add" | "discard">();
  const acts = useActs(changed);
  const leads = appointment.roles.some((r) => r.code === "team_leader");
  const settled = line !== undefined && line.state !== "waiting";
  const byItself = settled && line.done_by_name === null;
  const readable = line !== undefined && line.blanked_at === null && (line.mine || byItself || settled);
  const query = useQuery({
    queryKey: [...KEY, "one", line?.id],
    queryFn: () => inbox.one(line?.id ?? ""),
    enabled: readable,
    retry: false,
  });
  const free = line !== undefined && !settled && line.claimed_by_name === null;
  const mine = line?.mine === true && !settled;
  const open = mine && query.data ? query.data : undefined;
  const take = () => line && free && acts.claim.mutate(line.id);
  const register = () => open && void navigate(`/intake?inbox=${open.id}`);
  useHotkeys({
    F2: take,
    F4: register,
    F7: () => open?.about && setWay("add"),
    F8: () => open && setWay("discard"),
    F9: () => mine && line && acts.release.mutate(line.id),
  });
  if (!line) return <Empty title="请选择一封来信" hint="↑ ↓ 选择，F2 领取后查看全文。" />;
  const end = () => {
    setWay(undefined);
    acts.fresh();
    changed();
  };
  return (
    <article className="ib-reader" aria-label={line.subject}>
      <Head line={line} subject={query.data?.full_subject ?? line.subject} until={open?.claimed_until ?? null} />
      <div className="ib-acts">
        {free && (
          <Button type="primary" loading={acts.claim.isPending} onClick={take}>
            领取<Kbd>F2</Kbd>
          </Button>
        )}
        {open && (
          <>
            {open.about && (
              <Button type="primary" onClick={() => setWay("add")}>
                补充到原工单<Kbd>F7</Kbd>
              </Button>
            )}
            <Button type={open.about ? "default" : "primary"} onClick={register}>
              登记为工单<Kbd>F4</Kbd>
            </Button>
            <Button onClick={() => setWay("discard")}>
              不予登记<Kbd>F8</Kbd>
            </Button>
            <Button loading={acts.release.isPending} onClick={() => acts.release.mutate(open.id)}>
              退回<Kbd>F9</Kbd>
            </Button>
          </>
        )}
        {line.state === "discarded" && line.blanked_at === null && (byItself || leads || query.data) && (
          <Button loading={acts.reopen.isPending} onClick={() => acts.reopen.mutate(line.id)}>
            恢复到待登记
          </Button>
        )}
      </div>
      <Content line={line} readable={readable} query={query} />
      {way === "add" && open && <AddToOrder item={open} close={() => setWay(undefined)} done={end} />}
      {way === "discard" && open && <Discard item={open} close={() => setWay(undefined)} done={end} />}
    </article>
  );
}

interface One {
  data: ItemView | undefined;
  error: unknown;
  refetch: () => unknown;
}

function Content({ line, readable, query }: { line: ItemLine; readable: boolean; query: One }) {
  if (line.blanked_at !== null) return <Blanked line={line} on={line.blanked_at} />;
  if (!readable) {
    const held = line.claimed_by_name;
    return <Closed line={line} why={held ? `${held} 正在办理这封来信。` : "领取后可查看来信人、全文和附件，查看会留下记录。"} />;
  }
  if (query.data) return <Whole item={query.data} />;
  if (query.error && line.state !== "waiting") return <Closed line={line} why="全文由办理人本人和班长查看。" />;
  if (query.error) return <Failed error={query.error} retry={() => void query.refetch()} />;
  return <Loading />;
}
