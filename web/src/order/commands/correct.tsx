// 更正 (B6): the citizen contests what was recorded; field by field, with the conversation or papers that prove it.
import { useQuery } from "@tanstack/react-query";
import { Checkbox, Form, Input, Select } from "antd";
import { CONTACTED, CORRECTED_FIELD, CORRECTION_GROUND, options, RATING, SOLVED, type CorrectedField, type CorrectionGround, type Option } from "@/api/codes";
import type { CallbackView, Id, OrderView } from "@/api/types";
import { records } from "@/calls/calls";
import { Player } from "@/calls/player";
import { lengthText } from "@/calls/words";
import { dateTime } from "@/ui/time";
import { maskOf } from "../order-facts";
import { SelectField, TextField } from "./fields";
import { clean, command, type CommandContext } from "./spec";

/** The record of the demand itself, among the answers of callbacks. */
const DEMAND = "demand";

interface Values {
  about: string;
  fields: CorrectedField[];
  should: Partial<Record<CorrectedField, string>>;
  ground: CorrectionGround;
  reason: string;
  call?: Id | null;
}

interface Line {
  field: CorrectedField;
  /** As recorded: a code where there are choices, else the text. */
  was: string | null;
  choices?: readonly Option[];
  most?: number;
}

const answers = (order: OrderView): CallbackView[] => order.callbacks.filter((c) => c.reached && c.in_force).sort((a, b) => b.at - a.at);

/** What can be contested of the record picked. */
export function linesOf(order: OrderView, about: string | undefined): Line[] {
  const told = order.callbacks.find((c) => c.id === about);
  if (told) {
    return [
      { field: "contacted", was: told.contacted, choices: options(CONTACTED) },
      { field: "process", was: told.process_rating, choices: options(RATING) },
      { field: "result", was: told.rating, choices: options(RATING) },
      { field: "solved", was: told.solved, choices: options(SOLVED) },
      { field: "opinion", was: told.opinion, most: 1000 },
    ];
  }
  const address: Line[] = maskOf(order, "identity").hidden ? [] : [{ field: "address", was: order.address, most: 200 }];
  return [{ field: "content", was: order.content, most: 2000 }, { field: "wish", was: order.wish, most: 500 }, ...address, { field: "respondent", was: order.respondent, most: 100 }];
}

const wordOf = (line: Line): string => (line.choices ? line.choices.find((c) => c.value === line.was)?.label : line.was) || "（未记录）";

/** One field: ticked when it is wrong, then as it should be. */
function LineField({ line }: { line: Line }) {
  const picked = Form.useWatch<CorrectedField[] | undefined>("fields") ?? [];
  const name = CORRECTED_FIELD[line.field];
  const long = line.field === "content" || line.field === "opinion";
  return (
    <div className="op-correct-line">
      <Checkbox value={line.field}>{name}</Checkbox>
      <span className="op-correct-was" title={wordOf(line)}>{wordOf(line)}</span>
      {picked.includes(line.field) && (
        <Form.Item
          name={["should", line.field]}
          label={`${name}更正为`}
          initialValue={line.choices ? undefined : (line.was ?? "")}
          preserve={false}
          rules={[
            { required: true, whitespace: true, message: `请填写更正后的${name}` },
            { validator: (_, v: string) => (v?.trim() === (line.was ?? "").trim() ? Promise.reject(new Error("与原记录相同")) : Promise.resolve()) },
          ]}
        >
          {line.choices ? (
            <Select options={line.choices.filter((c) => c.value !== line.was)} placeholder="请选择" />
          ) : long ? (
            <Input.TextArea rows={4} maxLength={line.most ?? 2000} showCount />
          ) : (
            <Input maxLength={line.most ?? 200} />
          )}
        </Form.Item>
      )}
    </div>
  );
}

/** The conversations about this order; the one picked can be heard at once. */
function Conversation({ order }: { order: OrderView }) {
  const query = useQuery({ queryKey: ["order", order.id, "calls"], queryFn: () => records.ofOrder(order.id) });
  const picked = Form.useWatch<Id | null | undefined>("call");
  const recorded = (query.data ?? []).filter((c) => c.recordings.length > 0);
  const call = recorded.find((c) => c.id === picked);
  return (
    <>
      <Form.Item name="call" label="通话录音（或在下方上传其他证据）">
        <Select
          allowClear
          loading={query.isPending}
          placeholder={recorded.length > 0 ? "选择能够证明的通话" : "本工单没有带录音的通话"}
          notFoundContent="没有带录音的通话"
          options={recorded.map((c) => ({ value: c.id, label: `${dateTime(c.started_at)} ${c.direction_cn} ${lengthText(c.talk_ms)} ${c.agent?.name ?? ""}` }))}
        />
      </Form.Item>
      {call?.recordings.map((r) => <Player key={r.id} recording={r} />)}
    </>
  );
}

function Fields({ ctx: { order } }: { ctx: CommandContext }) {
  const form = Form.useFormInstance();
  const about = Form.useWatch<string | undefined>("about");
  const told = answers(order);
  const records = [{ value: DEMAND, label: "登记内容" }, ...told.map((c) => ({ value: c.id, label: `${dateTime(c.at)} ${c.mode_cn}回访（第 ${c.round} 轮，${c.by_name}）${c.corrects ? "，已更正过" : ""}` }))];
  return (
    <>
      <Form.Item name="about" label="有误的记录" rules={[{ required: true, message: "请选择有误的记录" }]}>
        <Select options={records} onChange={() => form.setFieldsValue({ fields: [], should: {} })} />
      </Form.Item>
      {about && (
        <Form.Item name="fields" label="有误的项（右侧为原记录）" rules={[{ required: true, message: "请选择有误的项" }]}>
          <Checkbox.Group className="op-correct">
            {linesOf(order, about).map((line) => <LineField key={`${about}-${line.field}`} line={line} />)}
          </Checkbox.Group>
        </Form.Item>
      )}
      <SelectField name="ground" label="更正理由" options={options(CORRECTION_GROUND)} />
      <TextField name="reason" label="更正说明" required min={5} rows={3} max={1000} placeholder="诉求人何时、以何方式提出，实际情况如何" />
      <Conversation order={order} />
    </>
  );
}

export const correct = command<Values>({
  action: "correct",
  evidence: "correction",
  title: "更正记录",
  confirm: "提交更正申请",
  previews: true,
  width: 680,
  hint: () => "诉求人对登记内容或回访记录有异议时申请。须选择录音或上传证据，由未经手该记录的班长审批；原记录保留，不会被覆盖。",
  initial: ({ order }) => ({ about: answers(order)[0]?.id ?? DEMAND }),
  body: (v) => ({
    action: "correct",
    callback: v.about === DEMAND ? null : v.about,
    items: v.fields.map((field) => ({ field, should: clean(v.should[field]) })),
    ground: v.ground,
    reason: clean(v.reason),
    call: v.call ?? null,
  }),
  Fields,
});
