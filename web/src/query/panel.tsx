// The conditions: the common ones in sight, the others one click below.
import { Button, type InputRef } from "antd";
import { Fragment, type Ref } from "react";
import { Kbd } from "@/ui/kbd";
import { Control } from "./control";
import { FIELDS, type Field } from "./fields";
import type { Filter } from "./filter";

const COMMON = FIELDS.filter((f) => f.common);
const MORE = FIELDS.filter((f) => !f.common);
const FIRST_SECRET = MORE.find((f) => f.secret)?.name;
const FIRST_FLAG = MORE.find((f) => f.kind === "flag")?.name;
const TITLES: Record<string, string> = {
  [MORE[0]?.name ?? ""]: "事项、机构与时间",
  [FIRST_SECRET ?? "name"]: "诉求人（个人信息，不写入链接和常用筛选）",
  [FIRST_FLAG ?? "returned"]: "办理经过",
};

export interface PanelProps {
  filter: Filter;
  set: (name: string, value: string | undefined) => void;
  apply: () => void;
  reset: () => void;
  /** Something is typed that the list does not show yet. */
  dirty: boolean;
  open: boolean;
  toggle: () => void;
  textRef: Ref<InputRef>;
}

function Item({ field, panel }: { field: Field; panel: PanelProps }) {
  return (
    <div className={`cond${field.name === "q" ? " cond-q" : ""}`}>
      <span className="cond-label">{field.label}</span>
      <div className="cond-input">
        <Control field={field} filter={panel.filter} set={panel.set} apply={panel.apply} {...(field.name === "q" && { textRef: panel.textRef })} />
      </div>
    </div>
  );
}

export function Panel(props: PanelProps) {
  const used = MORE.filter((f) => props.filter[f.name] !== undefined).length;
  return (
    <div className="conds">
      <div className="conds-grid">
        {COMMON.map((f) => (
          <Item key={f.name} field={f} panel={props} />
        ))}
      </div>
      {props.open && (
        <div className="conds-grid conds-more">
          {MORE.map((f) => (
            <Fragment key={f.name}>
              {TITLES[f.name] && <div className="conds-title">{TITLES[f.name]}</div>}
              <Item field={f} panel={props} />
            </Fragment>
          ))}
        </div>
      )}
      <div className="conds-foot">
        <Button type="primary" onClick={props.apply}>
          查询 <Kbd>Enter</Kbd>
        </Button>
        <Button onClick={props.reset}>重置</Button>
        <button type="button" className="link" aria-expanded={props.open} onClick={props.toggle}>
          {props.open ? "收起条件 ▴" : `更多条件${used > 0 ? `（已用 ${used}）` : ""} ▾`}
        </button>
        {props.dirty && <span className="conds-dirty">条件已修改，尚未查询</span>}
      </div>
    </div>
  );
}
