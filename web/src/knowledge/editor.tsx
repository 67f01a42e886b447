// Writing an article, or its next version.
import { DatePicker, Form, Input, Switch } from "antd";
import { FormDrawer } from "@/admin/room";
import "@/admin/admin.css";
import { useSession } from "@/app/session";
import type { Id, Millis } from "@/api/types";
import { CategoryPicker } from "@/ui/category-picker";
import { OrgPicker } from "@/ui/org-picker";
import { RegionCascader } from "@/ui/region-cascader";
import { fromPicker, serverNow, toPicker } from "@/ui/time";
import { knowledge, useKnowledgeChanged, type ArticleText, type ArticleView } from "./api";

interface Values extends Omit<ArticleText, "valid_from" | "valid_to"> {
  owner: Id;
  valid_from: Millis;
  valid_to?: Millis | null;
  note?: string;
}

/** The first moment of a day. */
function Day({ value, onChange, placeholder, id }: { value?: Millis | null; onChange?: (v: Millis | null) => void; placeholder: string; id?: string }) {
  return (
    <DatePicker {...(id && { id })} value={toPicker(value)} onChange={(d) => onChange?.(fromPicker(d?.startOf("day")))} placeholder={placeholder} style={{ width: "100%" }} />
  );
}

export function Editor({ article, title, close, saved }: { article: ArticleView | null; title?: string; close: () => void; saved: (a: ArticleView) => void }) {
  const session = useSession();
  const changed = useKnowledgeChanged();
  const latest = article?.revisions.find((r) => r.state === "draft") ?? article?.revisions[0];
  const center = session.appointment.org.kind === "center";
  const initial: Partial<Values> = latest
    ? { ...latest.text, owner: article?.owner.id ?? "", note: latest.state === "draft" ? latest.note : "" }
    : { owner: session.appointment.org.id, title: title ?? "", body: "", inner: "", keywords: "", basis: "", area: "", public: true, valid_from: toPicker(serverNow())?.startOf("day").valueOf() ?? serverNow(), valid_to: null };
  const send = async ({ owner, note, ...v }: Values) => {
    const text: ArticleText = { ...v, inner: v.inner ?? "", keywords: v.keywords ?? "", basis: v.basis ?? "", area: v.area ?? "", valid_to: v.valid_to ?? null };
    const next = article ? await knowledge.act(article.id, article.version, { act: "save", text, note: note ?? "" }) : await knowledge.create({ owner, text });
    await changed();
    saved(next);
  };
  return (
    <FormDrawer<Values> title={article ? `修订：${latest?.text.title ?? ""}` : "新建知识"} initial={initial} send={send} done="草稿已保存" confirm="保存草稿" close={close} width={720}>
      {() => (
        <>
          <div className="kb-row">
            <Form.Item name="owner" label="维护单位" rules={[{ required: true, message: "请选择维护单位" }]}>
              {center && !article ? <OrgPicker /> : <OrgPickerShown name={article?.owner.name ?? session.appointment.org.name} />}
            </Form.Item>
            <Form.Item name="category" label="分类" rules={[{ required: true, message: "请选择分类" }]}>
              <CategoryPicker />
            </Form.Item>
          </div>
          <Form.Item name="title" label="标题" extra="写群众会怎么问" rules={[{ required: true, whitespace: true, message: "请填写标题" }]}>
            <Input maxLength={100} showCount />
          </Form.Item>
          <Form.Item name="body" label="答复内容" extra="可直接引用到答复，公开后群众可见" rules={[{ required: true, whitespace: true, message: "请填写答复内容" }]}>
            <Input.TextArea autoSize={{ minRows: 6, maxRows: 14 }} maxLength={20000} />
          </Form.Item>
          <Form.Item name="inner" label="话务口径（仅工作人员可见）">
            <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} maxLength={5000} />
          </Form.Item>
          <Form.Item name="basis" label="政策依据">
            <Input.TextArea autoSize={{ minRows: 1, maxRows: 4 }} maxLength={1000} placeholder="文件名称、文号、条款" />
          </Form.Item>
          <Form.Item name="keywords" label="关键词" extra="群众的其他说法，以空格分隔">
            <Input maxLength={300} />
          </Form.Item>
          <div className="kb-row">
            <Form.Item name="area" label="适用区域">
              <RegionCascader placeholder="全市" allowClear />
            </Form.Item>
            <Form.Item name="valid_from" label="有效期起" rules={[{ required: true, message: "请选择日期" }]}>
              <Day placeholder="选择日期" />
            </Form.Item>
            <Form.Item name="valid_to" label="有效期止">
              <Day placeholder="长期有效" />
            </Form.Item>
            <Form.Item name="public" label="向公众公开" valuePropName="checked">
              <Switch checkedChildren="公开" unCheckedChildren="不公开" />
            </Form.Item>
          </div>
          {article && (
            <Form.Item name="note" label="修订说明">
              <Input maxLength={500} placeholder="改了什么、为什么" />
            </Form.Item>
          )}
        </>
      )}
    </FormDrawer>
  );
}

function OrgPickerShown({ name }: { name: string }) {
  return <Input value={name} disabled />;
}
