import type { ComponentType, ReactNode } from "react";
import type { Purpose } from "@/papers/files";
import type { Action, AllowedAction, Command, Id, OrderView, RequestView, SupervisionView, TaskView } from "@/api/types";

/** What a command is about. */
export interface CommandContext {
  order: OrderView;
  task: TaskView | undefined;
  request: RequestView | undefined;
  supervision?: SupervisionView | undefined;
}

/** One command's form, as data: the drawer, the preview, errors and sending are the same for all. */
export interface CommandSpec<V extends object> {
  action: Action;
  title: string;
  /** Words of the confirming button. */
  confirm: string;
  danger?: boolean;
  /** Deadlines move: the effect is shown before confirming. */
  previews?: boolean;
  width?: number;
  /** Labels beside the fields: a questionnaire read out line by line. */
  sideways?: boolean;
  /** Long text worth keeping over a reload; the key under which it is kept. */
  draft?: (ctx: CommandContext) => string;
  /** One or two sentences above the form. */
  hint?: (ctx: CommandContext) => ReactNode;
  initial?: (ctx: CommandContext) => Partial<V>;
  body: (values: V, ctx: CommandContext) => Command;
  /** Files that go with the step are of this purpose. */
  evidence?: Purpose;
  /** The step is part of the answer: 答复附件 go with it. */
  answers?: boolean;
  /** None: there is nothing to fill in. */
  Fields?: ComponentType<{ ctx: CommandContext }>;
}

/** Any spec, for registries; the values' type is the spec's own business. */
export type AnySpec = CommandSpec<any>;

export function command<V extends object>(spec: CommandSpec<V>): CommandSpec<V> {
  return spec;
}

/** The task a command names, else the lead task of the round. */
export function contextOf(order: OrderView, task?: Id | null, request?: Id | null, supervision?: Id | null): CommandContext {
  const lead = order.tasks.filter((t) => t.role === "lead" && t.round === order.round).at(-1);
  return {
    order,
    task: task ? order.tasks.find((t) => t.id === task) : lead,
    request: request ? order.requests.find((r) => r.id === request) : undefined,
    supervision: supervision ? order.supervisions.find((s) => s.id === supervision) : undefined,
  };
}

/** The context of a button. */
export function contextOfAction(order: OrderView, pressed: AllowedAction): CommandContext {
  return contextOf(order, pressed.task, pressed.request, pressed.supervision);
}

/** Id of the context's task. A command that needs one is offered only together with it. */
export function taskId(ctx: CommandContext): Id {
  if (!ctx.task) throw new Error("命令缺少任务");
  return ctx.task.id;
}

/** Trimmed text, or null when nothing was written. */
export function orNull(text: string | null | undefined): string | null {
  const trimmed = text?.trim();
  return trimmed ? trimmed : null;
}
/** Trimmed text. */
export function clean(text: string | null | undefined): string {
  return text?.trim() ?? "";
}
