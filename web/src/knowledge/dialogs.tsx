// Short forms about an article: an opinion, a correction, an answer to one.
import { Form, Input, Select } from "antd";
import { FormDrawer } from "@/admin/room";
import "@/admin/admin.css";
import { knowledge, useKnowledgeChanged, type Act, type ArticleView, type FixForm, type FixView } from "./api";

const KINDS: { value: FixForm["kind"]; label: string }[] = [
  { value: "outdated", label: "政策已变化" },
  { value: "wrong", label: "内容有误" },
  { value: "missing", label: "内容不全" },
  { value: "unclear", label: "表述不清" },
  { value: "other", label: "其他" },
];

export type OpinionAct = "confirm" | "publish" | "send_back" | "review" | "retire";

const WORDS: Record<OpinionAct, { title: string; done: string; label: string; must: boolean; note: string }> = {
  confirm: { title: "部门确认", done: "已确认，转中心审核", label: "确认意见", must: false, note: "确认后由热线中心审核发布。" },
  publish: { title: "审核发布", done: "已发布，即时生效", label: "审核意见", must: false, note: "发布后立即可以检索和引用；公开的内容同时出现在门户网站。" },
  send_back: { title: "退回修改", done: "已退回", label: "退回意见", must: true, note: "写明需要修改的内容，撰写人会收到通知。" },
  review: { title: "复审无变化", done: "已复审", label: "复审意见", must: false, note: "确认内容仍然有效，重新计算复审期限。" },
  retire: { title: "下架", done: "已下架", label: "下架原因", must: true, note: "下架后不能再检索、引用，门户网站同时撤下。" },
};

export function Opinion({ article, act, close }: { article: ArticleView; act: OpinionAct; close: () => void }) {
  const changed = useKnowledgeChanged();
  const w = WORDS[act];
  const send = async ({ opinion }: { opinion?: string }) => {
    await knowledge.act(article.id, article.version, { act, opinion: opinion ?? "" } as Act);
    await changed();
  };
  return (
    <FormDrawer<{ opinion?: string }> title={w.title} initial={{}} send={send} done={w.done} confirm={w.title} close={close} note={w.note}>
      {() => (
        <Form.Item name="opinion" label={w.label} rules={[{ required: w.must, whitespace: true, message: `请填写${w.label}` }]}>
          <Input.TextArea rows={4} maxLength={1000} showCount />
        </Form.Item>
      )}
    </FormDrawer>
  );
}

export function RaiseFix({ article, order, close }: { article: { id: string; title: string }; order?: string | undefined; close: () => void }) {
  const changed = useKnowledgeChanged();
  const send = async (v: { kind: FixForm["kind"]; text: string }) => {
    await knowledge.raise(article.id, { ...v, order: order || null });
    await changed();
  };
  return (
    <FormDrawer title="提出纠错" initial={{ kind: "outdated" } as { kind: FixForm["kind"]; text: string }} send={send} done="纠错工单已发给维护单位" confirm="提交纠错" close={close} note={`“${article.title}”`}>
      {() => (
        <>
          <Form.Item name="kind" label="问题类型" rules={[{ required: true }]}>
            <Select options={KINDS} />
          </Form.Item>
          <Form.Item name="text" label="具体情况" rules={[{ required: true, whitespace: true, message: "请写明哪里不对" }]}>
            <Input.TextArea rows={5} maxLength={1000} showCount placeholder="哪一句不对、正确的是什么、从哪里得知" />
          </Form.Item>
        </>
      )}
    </FormDrawer>
  );
}

export function AnswerFix({ fix, accept, close }: { fix: FixView; accept: boolean; close: () => void }) {
  const changed = useKnowledgeChanged();
  const send = async ({ text }: { text?: string }) => {
    await knowledge.answer(fix.id, { version: fix.version, accept, text: text ?? "" });
    await changed();
  };
  const title = accept ? "采纳纠错" : "不予更正";
  return (
    <FormDrawer<{ text?: string }> title={title} initial={{}} send={send} done={accept ? "已采纳，请修订知识；新版本发布后自动办结" : "已答复提出人"} confirm={title} close={close} note={`${fix.kind_cn}：${fix.text}`}>
      {() => (
        <Form.Item name="text" label={accept ? "说明" : "不予更正的理由"} rules={[{ required: !accept, whitespace: true, message: "请填写理由" }]}>
          <Input.TextArea rows={4} maxLength={1000} showCount />
        </Form.Item>
      )}
    </FormDrawer>
  );
}
