import { Checkbox, Form, Input, InputNumber, Radio, Select } from "antd";
import type { FormInstance } from "antd";
import { CHANNEL_OPTIONS, DEMAND_TYPE, options, REQUESTER_KIND, URGENCY, type DemandType } from "@/api/codes";
import { useDictionary } from "@/api/hooks";
import type { CategoryHit } from "@/api/types";
import { CategoryPicker } from "@/ui/category-picker";
import { MomentPicker } from "@/ui/moment-picker";
import { OrgPicker } from "@/ui/org-picker";
import { RegionCascader } from "@/ui/region-cascader";
import { OriginFields } from "./origin";
import { contentHints, FLAG_WORDS, mailFault, phoneFault, placeBound, type FlagName, type IntakeValues } from "./model";

const rule = (faultOf: (text: string) => string | null) => ({ validator: (_: unknown, v: string) => { const fault = faultOf(v ?? ""); return fault ? Promise.reject(new Error(fault)) : Promise.resolve(); } });
const phoneRule = rule(phoneFault);
const mailRule = rule(mailFault);

/** 诉求人. */
export function RequesterFields({ form }: { form: FormInstance<IntakeValues> }) {
  const anonymous = Form.useWatch("anonymous", form) ?? false;
  const kind = Form.useWatch("kind", form) ?? "person";
  const channel = Form.useWatch("channel", form) ?? "01";
  return (
    <>
      <Form.Item name="phone" label="来电号码" required={channel === "01" && !anonymous} rules={[{ required: channel === "01" && !anonymous, whitespace: true, message: "请填写来电号码" }, phoneRule]}>
        <Input inputMode="tel" maxLength={20} autoFocus placeholder="满7位自动查历史" autoComplete="off" />
      </Form.Item>
      <Form.Item name="name" label="诉求人" required={!anonymous} rules={[{ required: !anonymous, whitespace: true, message: "请填写诉求人姓名，或勾选匿名" }]}>
        <Input maxLength={50} disabled={anonymous} placeholder={anonymous ? "匿名" : ""} autoComplete="off" />
      </Form.Item>
      <Form.Item name="sex" label="性别">
        <Radio.Group options={[{ value: "male", label: "男" }, { value: "female", label: "女" }, { value: "unknown", label: "未知" }]} />
      </Form.Item>
      <Form.Item name="channel" label="受理方式" rules={[{ required: true, message: "请选择受理方式" }]}>
        <Select options={CHANNEL_OPTIONS} showSearch={{ optionFilterProp: "label" }} />
      </Form.Item>
      <Form.Item name="kind" label="主体" rules={[{ required: true, message: "请选择诉求人主体" }]}>
        <Radio.Group options={options(REQUESTER_KIND)} />
      </Form.Item>
      {kind === "company" ? (
        <Form.Item name="company_name" label="企业名称" rules={[{ required: true, whitespace: true, message: "请填写企业名称" }]}>
          <Input maxLength={100} />
        </Form.Item>
      ) : (
        <Form.Item name="id_no" label="证件号" rules={[{ pattern: /^(\d{17}[\dXx]|[A-Za-z0-9()-]{5,20})?$/, message: "证件号有误，请核对" }]}>
          <Input maxLength={20} placeholder="凭证件查询时填写" autoComplete="off" />
        </Form.Item>
      )}
      <Form.Item name="contact_phone" label="联系电话" rules={[phoneRule]}>
        <Input inputMode="tel" maxLength={20} placeholder="与来电号码不同时填" autoComplete="off" />
      </Form.Item>
      {channel === "07" && (
        <Form.Item name="email" label="来信邮箱" rules={[mailRule]}>
          <Input inputMode="email" maxLength={254} placeholder="答复发到这里" autoComplete="off" />
        </Form.Item>
      )}
      <OriginFields form={form} />
      <div className="span-2 intake-marks">
        <Form.Item name="anonymous" valuePropName="checked" noStyle>
          <Checkbox>匿名</Checkbox>
        </Form.Item>
        <Form.Item name="confidential" valuePropName="checked" noStyle>
          <Checkbox>要求保密</Checkbox>
        </Form.Item>
        <span className="intake-marks-label">公开答复</span>
        <Form.Item name="publishable" noStyle>
          <Radio.Group options={[{ value: "yes", label: "同意" }, { value: "no", label: "不同意" }, { value: "unasked", label: "未询问" }]} />
        </Form.Item>
      </div>
    </>
  );
}

function Hints({ form }: { form: FormInstance<IntakeValues> }) {
  const content = Form.useWatch("content", form) ?? "";
  return (
    <div className="intake-hints" aria-label="写作要素">
      {contentHints(content).map((h) => (
        <span key={h.text} className={h.met ? "met" : ""}>
          {h.met ? "✓" : "○"} {h.text}
        </span>
      ))}
      <span className="num">{[...content].length}/2000</span>
    </div>
  );
}

const TYPES = Object.keys(DEMAND_TYPE) as DemandType[];

/** 诉求内容、标题、类型. */
export function MatterFields({ form, titleAuto, onTitleTyped }: { form: FormInstance<IntakeValues>; titleAuto: boolean; onTitleTyped: () => void }) {
  return (
    <>
      <Form.Item
        name="content"
        label={<div className="intake-content-label">诉求内容</div>}
        className="span-3"
        rules={[
          { required: true, whitespace: true, message: "请填写诉求内容" },
          { min: 5, message: "诉求内容不少于5个字" },
        ]}
        extra={<Hints form={form} />}
      >
        <Input.TextArea rows={4} maxLength={2000} placeholder="何时、何地、何人、何事，有什么要求" />
      </Form.Item>
      <Form.Item name="title" label="诉求标题" className="span-3" rules={[{ max: 50, message: "标题不超过50个字" }, { required: true, whitespace: true, message: "请填写诉求标题" }]}>
        <Input maxLength={50} onInput={onTitleTyped} suffix={titleAuto ? <span className="muted">自动拟题</span> : <span />} />
      </Form.Item>
      <Form.Item name="demand_type" label="诉求类型" className="span-3" rules={[{ required: true, message: "请选择诉求类型" }]}>
        <Radio.Group
          optionType="button"
          buttonStyle="solid"
          options={TYPES.map((value, i) => ({
            value,
            label: (
              <>
                {DEMAND_TYPE[value]}
                <sub className="intake-key">{i + 1}</sub>
              </>
            ),
          }))}
        />
      </Form.Item>
    </>
  );
}

/** The demand type that Alt+1 … Alt+7 stands for. */
export function demandTypeAt(n: number): DemandType | undefined {
  return TYPES[n - 1];
}

/** 分类、地点、时间、紧急. */
export function PlaceFields({ form, proposals, onPropose }: { form: FormInstance<IntakeValues>; proposals: readonly CategoryHit[]; onPropose: (code: string) => void }) {
  const bound = placeBound(Form.useWatch("demand_type", form));
  return (
    <>
      <Form.Item
        name="category"
        label="问题分类"
        className="span-2"
        rules={[{ required: true, message: "请选择问题分类" }]}
        extra={
          proposals.length > 0 && (
            <div className="intake-proposals">
              {proposals.slice(0, 3).map((p) => (
                <button key={p.code} type="button" className="tag tag-blue" tabIndex={-1} title={p.path} onClick={() => onPropose(p.code)}>
                  {p.path.split("/").slice(-2).join(" / ")}
                </button>
              ))}
            </div>
          )
        }
      >
        <CategoryPicker proposals={proposals} />
      </Form.Item>
      <Form.Item name="urgency" label="紧急程度" rules={[{ required: true, message: "请选择紧急程度" }]}>
        <Select options={options(URGENCY)} />
      </Form.Item>
      <Form.Item name="region" label="所属区域" rules={[{ required: true, message: "请选择所属区域" }]}>
        <RegionCascader />
      </Form.Item>
      <Form.Item name="address" label="事发地址" className="span-2" required={bound} rules={[{ required: bound, whitespace: true, message: "求助、投诉、举报须写明事发地址" }]}>
        <Input maxLength={200} placeholder="路名门牌、小区楼栋、标志物" />
      </Form.Item>
    </>
  );
}

/** 回访意愿与其他: seldom changed, last in the tab order. */
export function MoreFields({ form }: { form: FormInstance<IntakeValues> }) {
  const wanted = Form.useWatch("callback_wanted", form) ?? true;
  const anonymous = Form.useWatch("anonymous", form) ?? false;
  const tags = useDictionary("tag");
  return (
    <>
      <div className="intake-marks intake-item">
        <span className="intake-marks-label">回访</span>
        <Form.Item name="callback_wanted" valuePropName="checked" noStyle>
          <Checkbox disabled={anonymous}>需要回访</Checkbox>
        </Form.Item>
        <Form.Item name="no_reply_wanted" valuePropName="checked" noStyle>
          <Checkbox>不需回复</Checkbox>
        </Form.Item>
      </div>
      <Form.Item name="callback_preferred_at" label="预约回访">
        {wanted && !anonymous ? <MomentPicker only="future" placeholder="不限时间" /> : <Input disabled placeholder="不回访" />}
      </Form.Item>
      <Form.Item name="occurred_at" label="事发时间">
        <MomentPicker only="past" placeholder="不详可不填" />
      </Form.Item>
      <Form.Item name="wish" label="诉求目的">
        <Input maxLength={200} placeholder="希望达到的结果" />
      </Form.Item>
      <Form.Item name="respondent" label="被反映方">
        <Input maxLength={100} placeholder="单位或个人" />
      </Form.Item>
      <Form.Item name="accused_org" label="涉事机构" tooltip="被反映的是本市行政机关时选择，该机构及下级不得承办">
        <OrgPicker placeholder="被反映的机关" />
      </Form.Item>
      <Form.Item name="suggested_org" label="建议承办">
        <OrgPicker placeholder="可从右侧建议选用" />
      </Form.Item>
      <Form.Item name="affected_count" label="涉及人数">
        <InputNumber min={1} max={99999} precision={0} style={{ width: "100%" }} placeholder="5人以上为集体" />
      </Form.Item>
      {tags.length > 0 && (
        <Form.Item name="tags" label="标签">
          <Select mode="multiple" options={tags.map((t) => ({ value: t.code, label: t.name }))} maxTagCount="responsive" />
        </Form.Item>
      )}
      <Form.Item name="flags" label="敏感标记" className="span-2">
        <Checkbox.Group options={(Object.keys(FLAG_WORDS) as FlagName[]).map((value) => ({ value, label: FLAG_WORDS[value] }))} />
      </Form.Item>
    </>
  );
}
