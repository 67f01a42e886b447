// One card: the rule, the rows it fired on, what the unit said, what the monitor ruled.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input, Radio } from "antd";
import { Link } from "react-router";
import { monitoring } from "@/api/calls";
import { messageOf } from "@/api/client";
import { keys } from "@/api/hooks";
import type { CardLine, CardView, PleaView, RulingView } from "@/api/types";
import "@/order/order.css";
import { Empty } from "@/ui/states";
import { dateTime } from "@/ui/time";
import { LEVEL_TONE } from "./columns";

type Act = "explain" | "appeal" | "decide";

const WORDS: Record<Act, { title: string; field: string; confirm: string; hint: string }> = {
  explain: { title: "情况说明", field: "说明内容", confirm: "提交说明", hint: "说明原因、已采取的措施和整改情况" },
  appeal: { title: "申诉", field: "申诉理由", confirm: "提交申诉", hint: "每张监察牌可申诉一次，由另一名监察员审核" },
  decide: { title: "监察审核", field: "审核意见", confirm: "提交审核", hint: "核实情况和审核理由" },
};

function useAct(card: CardView, act: Act, done: () => void) {
  const client = useQueryClient();
  const { message } = App.useApp();
  return useMutation({
    mutationFn: (v: { text: string; uphold?: boolean }) =>
      act === "decide" ? monitoring.decide(card.id, { uphold: v.uphold ?? true, opinion: v.text }) : monitoring[act](card.id, { text: v.text }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.monitor });
      message.success(`${WORDS[act].title}：已完成`);
      done();
    },
    onError: (error) => message.error(messageOf(error)),
  });
}

function ActForm({ card, act }: { card: CardView; act: Act }) {
  const [form] = Form.useForm<{ text: string; uphold?: boolean }>();
  const words = WORDS[act];
  const send = useAct(card, act, () => form.resetFields());
  return (
    <section className="panel mon-act">
      <div className="panel-head">{words.title}</div>
      <Form form={form} layout="vertical" className="panel-body" name={`card-${act}`} onFinish={(v) => send.mutate({ ...v, text: v.text.trim() })} disabled={send.isPending}>
        {act === "decide" && (
          <Form.Item name="uphold" label="审核结论" rules={[{ required: true, message: "请选择审核结论" }]}>
            <Radio.Group options={[{ value: true, label: "成立" }, { value: false, label: "撤销" }]} />
          </Form.Item>
        )}
        <Form.Item
          name="text"
          label={words.field}
          rules={[
            { required: true, whitespace: true, message: `请填写${words.field}` },
            { min: 5, message: `${words.field}不少于5个字` },
          ]}
        >
          <Input.TextArea rows={4} maxLength={1000} showCount placeholder={words.hint} />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={send.isPending}>
          {words.confirm}
        </Button>
      </Form>
    </section>
  );
}

function Said({ label, plea }: { label: string; plea: PleaView | null }) {
  if (!plea) return null;
  return (
    <li>
      <b>{label}</b>
      <span className="muted">
        {plea.by_name}　{dateTime(plea.at)}
      </span>
      <p className="prose">{plea.text}</p>
    </li>
  );
}

function Ruled({ label, ruling }: { label: string; ruling: RulingView | null }) {
  if (!ruling) return null;
  return (
    <li className={ruling.uphold ? "op-path-no" : "op-path-done"}>
      <b>
        {label}：{ruling.uphold ? "成立" : "撤销"}
      </b>
      <span className="muted">
        {ruling.by_name}　{dateTime(ruling.at)}
      </span>
      <p className="prose">{ruling.opinion}</p>
    </li>
  );
}

/** Whose word is awaited, for people who have none. */
function waits(card: CardView): string {
  if (card.state === "open") return card.explain_late ? "说明时限已过，待监察员审核。" : `待${card.org.name}说明，截止 ${dateTime(card.explain_due)}。`;
  if (card.state === "explained") return "待监察员审核。";
  if (card.state === "appealed") return "待另一名监察员审核申诉。";
  return "";
}

/** 监察牌 beside the list. */
export function CardPanel({ line }: { line: CardLine | undefined }) {
  if (!line) return <Empty title="请选择一张监察牌" hint="用 ↑ ↓ 选择。" />;
  const { card: c, order: o } = line;
  const acts = c.allowed.filter((a): a is Act => a in WORDS);
  return (
    <section className="mon-card" aria-label={`监察牌 ${c.rule_name}`}>
      <header className="mon-card-head">
        <div>
          <span className={LEVEL_TONE[c.level]}>{c.level_cn}</span>
          <h2>{c.rule_name}</h2>
          <span className="mon-card-state">{c.explain_late ? "逾期未说明" : c.state_cn}</span>
        </div>
        <div className="muted">
          {c.org.name}　{dateTime(c.raised_at)} {c.raised_by_name}发牌　已通知 {c.told} 人
        </div>
      </header>
      <div className="mon-card-body">
        <section className="panel">
          <div className="panel-head">
            触发依据
            {c.over_cn && <span className="panel-more bad">发牌时超时 {c.over_cn}（{c.minutes} 分钟）</span>}
          </div>
          <dl className="facts panel-body">
            <div className="wide">
              <dt>工单</dt>
              <dd>
                <Link to={`/orders/${o.id}`} className="num">
                  {o.case_no}
                </Link>{" "}
                {o.title}　<span className="tag">{o.state_cn}</span>
              </dd>
            </div>
            <div className="wide">
              <dt>规则依据</dt>
              <dd>{c.basis}</dd>
            </div>
            {c.facts.map((f) => (
              <div key={f.label} className={f.value.length > 18 ? "wide" : ""}>
                <dt>{f.label}</dt>
                <dd>{f.value}</dd>
              </div>
            ))}
          </dl>
        </section>
        {(c.explanation || c.ruling) && (
          <section className="panel">
            <div className="panel-head">说明与审核</div>
            <ol className="op-path mon-path">
              <Said label="单位说明" plea={c.explanation} />
              <Ruled label="监察审核" ruling={c.ruling} />
              <Said label="单位申诉" plea={c.appeal} />
              <Ruled label="申诉审核" ruling={c.final_ruling} />
            </ol>
          </section>
        )}
        {acts.map((act) => (
          <ActForm key={`${c.id}-${act}`} card={c} act={act} />
        ))}
        {acts.length === 0 && waits(c) && <p className="note">{waits(c)}</p>}
      </div>
    </section>
  );
}
