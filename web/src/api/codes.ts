// The coded enumerations of the rules (crate `domain`) with the words shown on screen; the compiler keeps them complete.
// Order is the order of display.
import type { components } from "./schema";

type S = components["schemas"];

export const ORDER_STATE = {
  draft: "暂存",
  registered: "已登记",
  pending_dispatch: "待派单",
  consulting: "会商中",
  dispatched: "待签收",
  handling: "办理中",
  center_audit: "待中心审核",
  pending_reply: "待统一回复",
  pending_callback: "待回访",
  tracking: "跟踪督办",
  closed: "已办结",
  archived: "已归档",
  direct_closed: "直接办结",
  rejected: "不予受理",
  merged: "已并单",
  transferred_out: "已转出",
  withdrawn: "已撤回",
  terminated: "终止办理",
} as const satisfies Record<OrderState, string>;

export const DEMAND_TYPE = {
  consult: "咨询",
  help: "求助",
  complaint: "投诉",
  report: "举报",
  suggestion: "建议",
  praise: "感谢",
  other: "其他",
} as const satisfies Record<DemandType, string>;

export const CHANNEL = {
  "01": "电话",
  "02": "网站",
  "03": "APP",
  "04": "微信",
  "05": "微博",
  "06": "短信",
  "07": "邮箱",
  "08": "110",
  "09": "上级",
  "10": "媒体",
  "11": "窗口",
  "12": "人民网",
  "13": "来信",
  "14": "来访",
  "99": "其他",
} as const satisfies Record<Channel, string>;

export const URGENCY = { u1: "特急", u2: "紧急", u3: "一般", u4: "复杂疑难" } as const satisfies Record<Urgency, string>;
export const CONFIDENTIALITY = { none: "不保密", keep_secret: "要求保密", sealed: "密封" } as const satisfies Record<Confidentiality, string>;
export const REQUESTER_KIND = { person: "个人", company: "企业", other: "其他" } as const satisfies Record<RequesterKind, string>;
export const SEX = { unknown: "未知", male: "男", female: "女" } as const satisfies Record<Sex, string>;

export const HANDLE_RESULT = {
  solved: "已解决",
  partial: "部分解决",
  unsolved_explained: "未解决已解释",
  not_duty: "非本单位职责",
} as const satisfies Record<HandleResult, string>;

export const REJECT_REASON = {
  N01: "应由110/119/120/122处理",
  N02: "应通过诉讼、仲裁、复议等法定途径",
  N03: "已进入信访渠道",
  N04: "涉及国家秘密、商业秘密、个人隐私",
  N05: "违反法律法规或公序良俗",
  N06: "正在办理或已办结且无新情况",
  N07: "超出承办单位职责",
  N08: "已依法处理且结论合法合理",
  N09: "非本行政区域",
  N10: "恶意扰乱热线秩序",
  N11: "无实质诉求或要素不全",
} as const satisfies Record<RejectReason, string>;

export const TRANSFER_TARGET = {
  "110": "110报警",
  "119": "119消防",
  "120": "120急救",
  "122": "122交警",
  petition: "信访",
  other_city: "异地12345",
  lower: "下级平台",
  superior: "上级平台",
  water: "供水热线",
  power: "供电热线",
  gas: "燃气热线",
  heat: "供热热线",
} as const satisfies Record<TransferTarget, string>;

export const DEFECT = {
  D1: "答非所问",
  D2: "缺少依据",
  D3: "未联系诉求人",
  D4: "内容不完整",
  D5: "态度问题",
  D6: "弄虚作假",
} as const satisfies Record<Defect, string>;

export const LINK_KIND = {
  same_person: "同一诉求人",
  same_event: "同一事件",
  parent_child: "拆分子单",
  repeat: "重复诉求",
  petition: "信访事项",
  supervise: "督办",
  joint: "并案",
  merge: "并单",
} as const satisfies Record<LinkKind, string>;

export const RATING = {
  very_sat: "非常满意",
  sat: "满意",
  basic: "基本满意",
  dissat: "不满意",
  very_dissat: "非常不满意",
  none: "未评价",
} as const satisfies Record<Rating, string>;

export const CONTACTED = { yes: "已联系", no: "未联系", unsure: "记不清" } as const satisfies Record<Contacted, string>;
export const SOLVED = { solved: "已解决", partial: "部分解决", unsolved: "未解决" } as const satisfies Record<Solved, string>;
export const CALLBACK_MODE = { phone: "电话", sms: "短信", robot: "智能外呼", app: "网络" } as const satisfies Record<CallbackMode, string>;
export const CONTACT_WAY = { phone: "电话", visit: "上门", onsite: "现场", online: "网络" } as const satisfies Record<ContactWay, string>;
export const CONTACT_RESULT = {
  reached: "已联系上",
  no_answer: "无人接听",
  refused: "拒绝沟通",
  wrong_number: "号码有误",
  none: "未联系",
} as const satisfies Record<ContactResult, string>;

export const LIGHT = {
  green: "正常",
  yellow: "即将到期",
  red: "已逾期",
  paused: "暂停计时",
  done_on_time: "按时办结",
  done_late: "逾期办结",
  off: "不计时",
} as const satisfies Record<Light, string>;

export const PAUSE_REASON = {
  hearing: "听证",
  appraisal: "检测鉴定",
  await_material: "等待补充材料",
  force_majeure: "不可抗力",
} as const satisfies Record<PauseReason, string>;

export const TASK_STATE = {
  unsigned: "待签收",
  signed: "已签收",
  assigned: "已分派",
  working: "办理中",
  unit_audit: "单位审核",
  submitted: "已反馈",
  accepted: "已通过",
  sent_back: "退回补正",
  return_pending: "申请退回中",
  returned: "已退回",
  recalled: "已撤回",
  superseded: "已改派",
  co_done: "协办完成",
  voided: "随单终止",
} as const satisfies Record<TaskState, string>;

export const TASK_ROLE = { lead: "主办", co: "协办", child: "下派" } as const satisfies Record<TaskRole, string>;

export const REQUEST_KIND = {
  return: "退回",
  extension: "延期",
  exempt: "剔除",
  reopen: "重开",
  redo: "二次办理",
  merge: "并单",
  track: "阶段性办结",
  terminate: "终止办理",
  reject: "不予受理",
  correction: "更正",
  unreasonable: "不合理认定",
  supervise: "督办",
  report_up: "呈阅",
  contest: "评价申诉",
} as const satisfies Record<RequestKind, string>;

export type ContestGround = S["ContestGround"];
export const CONTEST_GROUND = {
  C1: "评价对象不是本单位",
  C2: "诉求人混淆事项误评",
  C3: "已联系诉求人且有记录",
  C4: "回访记录与录音不符",
  C5: "诉求已解决且有佐证",
  C6: "诉求超出政策规定且已解释",
} as const satisfies Record<ContestGround, string>;

export type CorrectedField = S["CorrectedField"];
export const CORRECTED_FIELD = {
  content: "诉求内容",
  wish: "诉求目的",
  address: "事发地址",
  respondent: "被反映方",
  contacted: "是否联系",
  process: "过程满意",
  result: "结果满意",
  solved: "是否解决",
  opinion: "回访意见",
  contact_way: "联系方式",
  contact_result: "联系结果",
  contact_note: "联系情况",
} as const satisfies Record<CorrectedField, string>;

export type CorrectionGround = S["CorrectionGround"];
export const CORRECTION_GROUND = {
  misheard: "记录与诉求人所述不符",
  omitted: "遗漏重要情况",
  mistyped: "录入错误",
  confused: "与其他事项混淆",
} as const satisfies Record<CorrectionGround, string>;

export const SUPERVISE_LEVEL = {
  urge: "催办",
  normal: "一般督办",
  listed: "挂牌督办",
  interview: "约谈",
  joint: "联合督查",
} as const satisfies Record<SuperviseLevel, string>;
export const SUPERVISE_VERDICT = { done: "落实", mostly: "基本落实", not_done: "未落实" } as const satisfies Record<SuperviseVerdict, string>;
export const VERIFY_WAY = { phone: "电话核实", onsite: "现场核查", network: "网络核查", document: "材料审阅" } as const satisfies Record<VerifyWay, string>;

export const CARD_LEVEL = { red: "红牌", yellow: "黄牌", warning: "预警" } as const satisfies Record<CardLevel, string>;
export const CARD_STATE = {
  open: "待说明",
  explained: "待审核",
  upheld: "成立",
  appealed: "申诉中",
  confirmed: "申诉后维持",
  revoked: "已撤销",
} as const satisfies Record<CardState, string>;

export type OrderState = S["OrderState"];
export type DemandType = S["DemandType"];
export type Channel = S["Channel"];
export type Urgency = S["Urgency"];
export type Confidentiality = S["Confidentiality"];
export type RequesterKind = S["RequesterKind"];
export type Sex = S["Sex"];
export type HandleResult = S["HandleResult"];
export type RejectReason = S["RejectReason"];
export type TransferTarget = S["TransferTarget"];
export type Defect = S["Defect"];
export type LinkKind = S["LinkKind"];
export type Rating = S["Rating"];
export type Contacted = S["Contacted"];
export type Solved = S["Solved"];
export type CallbackMode = S["CallbackMode"];
export type ContactWay = S["ContactWay"];
export type ContactResult = S["ContactResult"];
export type Light = S["Light"];
export type PauseReason = S["PauseReason"];
export type TaskState = S["TaskState"];
export type TaskRole = S["TaskRole"];
export type RequestKind = S["RequestKind"];
export type CardLevel = S["CardLevel"];
export type CardState = S["CardState"];
export type SuperviseLevel = S["SuperviseLevel"];
export type SuperviseVerdict = S["SuperviseVerdict"];
export type VerifyWay = S["VerifyWay"];

export interface Option<T extends string = string> {
  value: T;
  label: string;
}

/** Choices for a select or radio group; `except` leaves some out. */
export function options<T extends string>(codes: Readonly<Record<T, string>>, except: readonly T[] = []): Option<T>[] {
  return (Object.keys(codes) as T[]).filter((code) => !except.includes(code)).map((value) => ({ value, label: codes[value] }));
}

/** The numbered channels come out in their written order, "99" last, although JS sorts integer-like keys first. */
export const CHANNEL_OPTIONS: Option<Channel>[] = options(CHANNEL).sort((a, b) => a.value.localeCompare(b.value));

/** N01, N09 and N11 an agent decides alone; the other grounds go to the team leader. */
export const REJECT_ALONE: readonly RejectReason[] = ["N01", "N09", "N11"];
