import { useQueryClient } from "@tanstack/react-query";
import { App, Button, Dropdown, Drawer, Form } from "antd";
import { lazy, Suspense, useEffect, useState, type KeyboardEvent } from "react";
import { useSearchParams } from "react-router";
import { ApiError } from "@/api/client";
import { link } from "@/api/link";
import type { Command, Id } from "@/api/types";
import { useCan, useSession } from "@/app/session";
import { useOutbox } from "@/app/connection";
import { KEY as LETTERS } from "@/inbox/calls";
import { placeProblems } from "@/order/commands/errors";
import { IntakeKnowledge } from "@/knowledge/quote";
import { forget, registered } from "@/knowledge/quoting";
import { useHotkeys } from "@/ui/hotkeys";
import { Kbd } from "@/ui/kbd";
import { Loading } from "@/ui/states";
import { ago, serverNow, shortTime } from "@/ui/time";
import { intakeAtHand } from "./at-hand";
import { FollowUp } from "./dialogs";
import { Done } from "./done";
import { demandTypeAt, MatterFields, MoreFields, PlaceFields, RequesterFields } from "./fields";
import "./intake.css";
import { fillForm } from "./fill";
import { LetterBox } from "./letter-box";
import { useLetter } from "./use-letter";
import { blank, draftTitle, isWorthKeeping, nextEmpty, toRegisterForm, type IntakeValues } from "./model";
import { newItem, outbox, type Outcome } from "./outbox";
import { Deadlines, Duplicates, History, Proposals, useDuplicateCheck, useDuplicates } from "./side";
import { useIntakeDraft } from "./use-draft";
import { useCategoryProposals } from "./use-proposals";

const OrderPanel = lazy(() => import("@/order/panel").then((m) => ({ default: m.OrderPanel })));

/** Where whoever wrote by a channel has their number from. */
const ANSWERED_AT: Partial<Record<string, string>> = {
  "04": "编号和查询码发到来信人的微信，请留下手机号码以备微信不能送达",
  "05": "编号和查询码只发到手机，请在微博上询问后填写手机号码；原微博下只评论已受理",
};
const DRAFT_WORDS = { clean: "", local: "草稿已存本机", saved: "草稿已保存", offline: "草稿已存本机，服务器暂不可达" } as const;

/** 受理登记 (keyboard first). */
export default function IntakePage() {
  const { user } = useSession();
  const can = useCan();
  const { message, modal, notification } = App.useApp();
  const [params, setParams] = useSearchParams();
  const [form] = Form.useForm<IntakeValues>();
  const call = { phone: params.get("phone"), call_id: params.get("call_id"), channel: params.get("channel") };
  const draft = useIntakeDraft(user.id, form, call, () => {
    setTitleTyped(false);
    setRefusal(undefined);
    message.info("新来电：原登记内容已放入暂存箱");
  });
  const duplicates = useDuplicates(form);
  const findDuplicates = useDuplicateCheck();
  const client = useQueryClient();
  const proposals = useCategoryProposals(form);
  const [titleTyped, setTitleTyped] = useState(false);
  const [way, setWay] = useState<"direct_reply" | "reject" | null>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [refusal, setRefusal] = useState<string>();
  const [answer, setAnswer] = useState("");
  const [busy, setBusy] = useState(false);
  const [seen, setSeen] = useState<Id | null>(null);

  const channel = Form.useWatch("channel", form);
  const letter = Form.useWatch((v: Partial<IntakeValues>) => v.inbox ?? null, { form, preserve: true });
  const all = () => ({ ...blank(call), ...(form.getFieldsValue(true) as IntakeValues) });
  const onChange = (changed: Partial<IntakeValues>) => {
    if ("content" in changed && !titleTyped) form.setFieldValue("title", draftTitle(changed.content ?? ""));
    draft.save(all());
  };
  const reset = (values: IntakeValues = blank()) => {
    fillForm(form, values);
    setTitleTyped(values.title !== "" && values.title !== draftTitle(values.content));
    setRefusal(undefined);
    form.getFieldInstance("phone")?.focus();
  };
  useLetter(params.get("inbox"), draft.loaded, {
    current: all,
    aside: draft.park,
    fill: (values) => {
      reset(values);
      draft.save(values);
    },
    failed: setRefusal,
  });
  useEffect(() => intakeAtHand.watch(() => isWorthKeeping({ ...all(), phone: "" })), []);
  useEffect(() => {
    // A restored title that differs from the drafted one was typed by hand.
    const v = all();
    if (draft.restored) setTitleTyped(v.title !== "" && v.title !== draftTitle(v.content));
  }, [draft.restored]);

  /** Rejects only when the check itself fails; while the server is away there is nothing to compare with. */
  const cleared = async (): Promise<boolean> => {
    if (link.away) return true;
    const found = await findDuplicates(all()).catch((error: unknown) => {
      if (error instanceof ApiError && error.transient) return [];
      throw error;
    });
    const blocking = found.filter((d) => d.block);
    if (blocking.length === 0) return true;
    return modal.confirm({
      title: "疑似重复诉求",
      content: `有 ${blocking.length} 件在办工单与本次诉求高度相似（如 ${blocking[0]?.order.case_no}）。确认已核对、仍需另行登记？`,
      okText: "已核对，继续登记",
      cancelText: "返回核对",
    });
  };

  /** Registers the form, then takes the second step. Rejects nothing silently: every refusal lands beside its field or on top. */
  const register = async (next: Command | null) => {
    if (busy || !(await form.validateFields().then(() => true, focusFirst))) return;
    setBusy(true);
    setRefusal(undefined);
    try {
      if (!(await cleared())) return;
      const values = all();
      const piece = values.inbox;
      const done = await outbox.send(newItem(values, toRegisterForm(values, true), next, serverNow()));
      if (piece) void client.invalidateQueries({ queryKey: LETTERS });
      endWay();
      if (done === "waiting") message.info("连接中断，已放入待发送，恢复后自动登记");
      else {
        if (next?.action === "direct_reply") registered(done.registered.id);
        setOutcome(done);
      }
      void draft.clear();
      // The call has its order now: a reload must not bind it again.
      setParams({}, { replace: true });
      reset();
    } catch (error) {
      endWay();
      setRefusal(placeProblems(form, error));
    } finally {
      setBusy(false);
    }
  };
  const endWay = () => {
    setWay(null);
    setAnswer("");
  };
  const focusFirst = (e: { errorFields?: { name: (string | number)[] }[] }) => {
    const first = e.errorFields?.[0];
    if (first) form.scrollToField(first.name, { block: "center", focus: true });
    return false;
  };
  // One that was refused after the connection came back returns to the form, with what the server said beside its fields.
  const refusedLater = useOutbox().find((e) => e.refused);
  const takeBack = () => {
    const entry = refusedLater && outbox.take(refusedLater.item.key);
    if (!entry?.refused) return;
    if (isWorthKeeping({ ...all(), phone: "" })) draft.park(all());
    notification.destroy(entry.item.key);
    reset(entry.item.values);
    draft.save(entry.item.values);
    setRefusal(placeProblems(form, new ApiError(422, { detail: entry.refused.message, fields: entry.refused.fields })));
  };
  useEffect(() => {
    if (draft.loaded && refusedLater && !isWorthKeeping({ ...all(), phone: "" })) takeBack();
  }, [draft.loaded, refusedLater]);
  const openWay = async (next: "direct_reply" | "reject") => {
    if (await form.validateFields().then(() => true, focusFirst)) setWay(next);
  };
  const submit = () => {
    const v = all();
    void register({ action: "submit", urgency: v.urgency, suggested_org: v.suggested_org });
  };
  const park = () => {
    draft.park(all());
    void draft.clear();
    reset();
    message.success("已暂存，可在“暂存箱”取回");
  };
  const direct = can("order.direct_reply");

  useHotkeys({
    F2: () => direct && void openWay("direct_reply"),
    F4: submit,
    F6: park,
    F8: () => void openWay("reject"),
    F9: () => void register(null),
    "Alt+P": () => form.getFieldInstance("phone")?.focus(),
    "Alt+C": () => form.getFieldInstance("content")?.focus(),
    "Alt+Q": () => proposals[0] && form.setFieldValue("category", proposals[0].code),
    ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((n) => [`Alt+${n}`, () => form.setFieldValue("demand_type", demandTypeAt(n))])),
  });

  /** Enter in a line leads to the next required field instead of submitting. */
  const onEnter = (e: KeyboardEvent<HTMLElement>) => {
    const line = e.target;
    if (e.key !== "Enter" || !(line instanceof HTMLInputElement) || e.nativeEvent.isComposing) return;
    if (line.type === "checkbox" || line.getAttribute("role") === "combobox") return;
    e.preventDefault();
    const next = nextEmpty(all(), line.id);
    const field = next && document.getElementById(next);
    (field?.matches("input, textarea") ? field : field?.querySelector<HTMLElement>("input"))?.focus();
  };
  const setPrevious = (id: Id) => {
    form.setFieldValue("previous_order", id);
    draft.save(all());
    message.success("已设为旧工单，登记后自动关联");
  };

  return (
    <div className="intake">
      <div className="intake-main panel">
        <div className="intake-bar">
          <Button type="primary" onClick={submit} loading={busy}>
            转办<Kbd>F4</Kbd>
          </Button>
          {direct && (
            <Button onClick={() => void openWay("direct_reply")}>
              直办<Kbd>F2</Kbd>
            </Button>
          )}
          <Button onClick={park}>
            暂存<Kbd>F6</Kbd>
          </Button>
          <Button onClick={() => void openWay("reject")}>
            不予受理<Kbd>F8</Kbd>
          </Button>
          <Button onClick={() => void register(null)}>
            仅登记<Kbd>F9</Kbd>
          </Button>
          <span className="intake-draft" aria-live="polite">
            {DRAFT_WORDS[draft.state]}
          </span>
          <Dropdown
            trigger={["click"]}
            disabled={draft.parked.length === 0}
            menu={{
              items: draft.parked.map((p) => ({ key: p.id, label: `${shortTime(p.at)}　${p.values.title || p.values.content.slice(0, 20) || p.values.phone}` })),
              onClick: ({ key }) => {
                const values = draft.takeBack(key, all());
                if (values) reset(values);
              },
            }}
          >
            <button type="button" className="link" disabled={draft.parked.length === 0}>
              暂存箱（{draft.parked.length}）
            </button>
          </Dropdown>
          <button
            type="button"
            className="link"
            onClick={() => {
              void draft.clear();
              reset();
            }}
          >
            清空
          </button>
        </div>
        {letter && (
          <div className="note note-blue intake-letter">
            正在登记渠道来信，登记后附件一并转入工单，{ANSWERED_AT[channel] ?? "编号和查询码发到来信邮箱"}。
            <button
              type="button"
              className="link"
              onClick={() => {
                void draft.clear();
                setParams({}, { replace: true });
                reset();
              }}
            >
              不登记这封来信
            </button>
          </div>
        )}
        {refusal && (
          <div className="note note-red" role="alert">
            {refusal}
          </div>
        )}
        {refusedLater?.refused && (
          <div className="note note-red" role="alert">
            断线期间登记的“{refusedLater.item.values.title}”未通过：{refusedLater.refused.message}。
            <button type="button" className="link" onClick={takeBack}>
              取回修改
            </button>
            （表内的内容放入暂存箱）
          </div>
        )}
        {draft.restored && !letter && <div className="note note-blue">已恢复 {ago(draft.restored)}未完成的登记内容。</div>}
        <Form
          form={form}
          initialValues={blank(call)}
          onValuesChange={onChange}
          onKeyDown={onEnter}
          className="intake-form"
          labelCol={{ flex: "72px" }}
          wrapperCol={{ flex: 1 }}
          colon={false}
          labelAlign="right"
          autoComplete="off"
        >
          <RequesterFields form={form} />
          <hr className="span-3" />
          <MatterFields form={form} titleAuto={!titleTyped} onTitleTyped={() => setTitleTyped(true)} />
          <PlaceFields
            form={form}
            proposals={proposals}
            onPropose={(code) => {
              form.setFieldValue("category", code);
              draft.save(all());
            }}
          />
          <hr className="span-3" />
          <MoreFields form={form} />
        </Form>
        <div className="intake-keys muted">
          <Kbd>回车</Kbd> 下一必填项　<Kbd>Alt+1…7</Kbd> 诉求类型　<Kbd>Alt+Q</Kbd> 采用建议分类　<Kbd>Alt+P</Kbd> 号码　<Kbd>Alt+C</Kbd> 内容
        </div>
      </div>
      <aside className="intake-side">
        {letter && <LetterBox id={letter} />}
        <History form={form} onOpen={setSeen} onPrevious={setPrevious} />
        <Duplicates query={duplicates} onOpen={setSeen} onPrevious={setPrevious} />
        <Deadlines form={form} />
        <Proposals form={form} />
        <IntakeKnowledge
          form={form}
          direct={
            direct
              ? (text) => {
                  setAnswer(text);
                  void openWay("direct_reply");
                }
              : null
          }
        />
      </aside>
      <FollowUp
        way={way}
        close={() => {
          endWay();
          forget();
        }}
        answer={answer}
        go={register}
      />
      <Done
        outcome={outcome}
        close={() => {
          setOutcome(null);
          // After the dialog has given the focus back to wherever it was.
          setTimeout(() => form.getFieldInstance("phone")?.focus(), 50);
        }}
      />
      <Drawer open={seen !== null} onClose={() => setSeen(null)} size={640} title="工单详情" styles={{ body: { padding: 0 } }} destroyOnHidden>
        <Suspense fallback={<Loading />}>
          <OrderPanel id={seen} idle="" />
        </Suspense>
      </Drawer>
    </div>
  );
}
