// 技能队列: how callers of each skill wait. One parameter, edited queue by queue.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input, InputNumber, Select } from "antd";
import { useState } from "react";
import { useDictionary } from "@/api/hooks";
import { Empty, Loaded } from "@/ui/states";
import { params as calls } from "./calls";
import { freshQueue, isQueues, QUEUES_KEY, withQueue, withoutQueue, type QueueRule } from "./queue-rules";
import { FormDrawer, Room } from "./room";

type Values = QueueRule & { reason: string };

const seconds = (n: number, none: string) => (n === 0 ? <span className="muted">{none}</span> : `${n} 秒`);

function Seconds({ name, label, extra }: { name: keyof QueueRule; label: string; extra: string }) {
  return (
    <Form.Item name={name} label={label} extra={extra} rules={[{ required: true, message: "请填写秒数" }]}>
      <InputNumber min={0} max={3600} precision={0} suffix="秒" style={{ width: "100%" }} />
    </Form.Item>
  );
}

function QueueDrawer({ all, queue, close, saved }: { all: QueueRule[]; queue: QueueRule | null; close: () => void; saved: () => void }) {
  const skills = useDictionary("skill");
  const free = skills.filter((s) => s.code === queue?.skill || !all.some((q) => q.skill === s.code));
  const send = async ({ reason, ...rule }: Values) => {
    await calls.save(QUEUES_KEY, withQueue(all, queue?.skill ?? null, rule), reason);
    saved();
  };
  const initial: Partial<Values> = queue ? { ...queue } : { ...freshQueue(all[0]), ...(free[0] && { skill: free[0].code }) };
  return (
    <FormDrawer<Values> title={queue ? "修改队列" : "新增队列"} initial={initial} send={send} done="队列已保存，即时生效" close={close} width={520}>
      {() => (
        <>
          <div className="adm-row">
            <Form.Item name="skill" label="技能" rules={[{ required: true, message: "请选择技能" }]}>
              <Select options={free.map((s) => ({ value: s.code, label: s.name }))} disabled={queue !== null} />
            </Form.Item>
            <Form.Item name="priority" label="优先级" extra="数大者先接" rules={[{ required: true, message: "请填写优先级" }]}>
              <InputNumber min={-100} max={100} precision={0} style={{ width: "100%" }} />
            </Form.Item>
            <Seconds name="ageing_s" label="等待升级" extra="每等待这么久，优先级加一；0 不升级" />
            <Seconds name="announce_s" label="播报间隔" extra="播报排队位置和预计等候；0 不播报" />
            <Seconds name="overflow_after_s" label="溢出时间" extra="等待超过后也分给下列技能；0 不溢出" />
            <Seconds name="offer_after_s" label="提示留言、回拨" extra="等待超过后提示可预约回拨或留言" />
          </div>
          <Form.Item name="overflow" label="溢出到">
            <Select mode="multiple" options={skills.filter((s) => s.code !== queue?.skill).map((s) => ({ value: s.code, label: s.name }))} placeholder="不溢出" />
          </Form.Item>
          <Form.Item name="full_at" label="最大排队数" extra="达到后，新来电直接提示预约回拨或留言" rules={[{ required: true, message: "请填写最大排队数" }]}>
            <InputNumber min={1} max={10000} precision={0} style={{ width: 160 }} />
          </Form.Item>
          <Form.Item name="reason" label="修改理由" rules={[{ required: true, whitespace: true, min: 4, message: "请写明理由，不少于4个字" }]}>
            <Input maxLength={200} placeholder="记入修改历史和审计日志" />
          </Form.Item>
        </>
      )}
    </FormDrawer>
  );
}

function Remove({ all, queue, close, saved }: { all: QueueRule[]; queue: QueueRule; close: () => void; saved: () => void }) {
  return (
    <FormDrawer<{ reason: string }>
      title="删除队列设置"
      initial={{}}
      confirm="删除"
      note="删除后，该技能的来电按第一行的规则排队。"
      done="已删除，即时生效"
      close={close}
      send={async ({ reason }) => {
        await calls.save(QUEUES_KEY, withoutQueue(all, queue.skill), reason);
        saved();
      }}
    >
      {() => (
        <Form.Item name="reason" label="理由" rules={[{ required: true, whitespace: true, min: 4, message: "请写明理由，不少于4个字" }]}>
          <Input maxLength={200} autoFocus />
        </Form.Item>
      )}
    </FormDrawer>
  );
}

export default function AcdQueuesRoom() {
  const client = useQueryClient();
  const skills = useDictionary("skill");
  const query = useQuery({ queryKey: ["admin", "params"], queryFn: calls.list });
  const [open, setOpen] = useState<{ what: "edit" | "remove"; queue: QueueRule } | "new" | null>(null);
  const name = (code: string) => skills.find((s) => s.code === code)?.name ?? code;
  const saved = () => void client.invalidateQueries({ queryKey: ["admin", "params"] });
  return (
    <Loaded query={query}>
      {(list) => {
        const value = list.find((p) => p.key === QUEUES_KEY)?.value;
        if (!isQueues(value)) return <Empty title="没有排队参数" hint="本平台未启用呼叫中心。" />;
        return (
          <Room
            title="技能队列"
            hint="未列出的技能按第一行排队；历史版本见“参数配置”"
            actions={
              <Button type="primary" disabled={skills.every((s) => value.some((q) => q.skill === s.code))} onClick={() => setOpen("new")}>
                新增队列
              </Button>
            }
          >
            <section className="panel adm-fill adm-scroll">
              <table className="adm-table">
                <thead>
                  <tr>
                    <th>技能</th>
                    <th>优先级</th>
                    <th>等待升级</th>
                    <th>播报间隔</th>
                    <th>溢出</th>
                    <th>提示留言、回拨</th>
                    <th>最大排队</th>
                    <th>操作</th>
                  </tr>
                </thead>
                <tbody>
                  {value.map((q, i) => (
                    <tr key={q.skill}>
                      <td>
                        <b>{name(q.skill)}</b>
                        {i === 0 && <span className="tag" style={{ marginLeft: 6 }}>默认规则</span>}
                      </td>
                      <td className="num">{q.priority}</td>
                      <td>{seconds(q.ageing_s, "不升级")}</td>
                      <td>{seconds(q.announce_s, "不播报")}</td>
                      <td>{q.overflow.length === 0 ? <span className="muted">不溢出</span> : `${q.overflow_after_s} 秒后到 ${q.overflow.map(name).join("、")}`}</td>
                      <td>{seconds(q.offer_after_s, "立即")}</td>
                      <td className="num">{q.full_at}</td>
                      <td>
                        <span className="adm-ops">
                          <button type="button" className="link" onClick={() => setOpen({ what: "edit", queue: q })}>
                            修改
                          </button>
                          {value.length > 1 && (
                            <button type="button" className="link" onClick={() => setOpen({ what: "remove", queue: q })}>
                              删除
                            </button>
                          )}
                        </span>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </section>
            {open === "new" && <QueueDrawer all={value} queue={null} close={() => setOpen(null)} saved={saved} />}
            {open !== null && open !== "new" && open.what === "edit" && <QueueDrawer all={value} queue={open.queue} close={() => setOpen(null)} saved={saved} />}
            {open !== null && open !== "new" && open.what === "remove" && <Remove all={value} queue={open.queue} close={() => setOpen(null)} saved={saved} />}
          </Room>
        );
      }}
    </Loaded>
  );
}
