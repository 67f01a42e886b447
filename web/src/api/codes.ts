// The coded enumerations of the rules (crate `domain`) with the words shown on screen. Order is the order of display.

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
} as const;

export const DEMAND_TYPE = {
  consult: "咨询",
  help: "求助",
  complaint: "投诉",
  report: "举报",
  suggestion: "建议",
  praise: "感谢",
  other: "其他",
} as const;

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
} as const;

export const URGENCY = { u1: "特急", u2: "紧急", u3: "一般", u4: "复杂疑难" } as const;
export const CONFIDENTIALITY = { none: "不保密", keep_secret: "要求保密", sealed: "密封" } as const;
export const REQUESTER_KIND = { person: "个人", company: "企业", other: "其他" } as const;
export const SEX = { unknown: "未知", male: "男", female: "女" } as const;

export const HANDLE_RESULT = {
  solved: "已解决",
  partial: "部分解决",
  unsolved_explained: "未解决已解释",
  not_duty: "非本单位职责",
} as const;

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
} as const;

export const TRANSFER_TARGET = {
  "110": "110报警",
  "119": "119消防",
  "120": "120急救",
  "122": "122交警",
  petition: "信访",
  other_city: "异地12345",
  superior: "上级平台",
} as const;

export const DEFECT = {
  D1: "答非所问",
  D2: "缺少依据",
  D3: "未联系诉求人",
  D4: "内容不完整",
  D5: "态度问题",
  D6: "弄虚作假",
} as const;

export const LINK_KIND = {
  same_person: "同一诉求人",
  same_event: "同一事件",
  parent_child: "拆分子单",
  repeat: "重复诉求",
  petition: "信访事项",
  supervise: "督办",
} as const;

export const RATING = {
  very_sat: "非常满意",
  sat: "满意",
  basic: "基本满意",
  dissat: "不满意",
  very_dissat: "非常不满意",
  none: "未评价",
} as const;

export const CONTACTED = { yes: "已联系", no: "未联系", unsure: "记不清" } as const;
export const SOLVED = { solved: "已解决", partial: "部分解决", unsolved: "未解决" } as const;
export const CALLBACK_MODE = { phone: "电话", sms: "短信", robot: "智能外呼", app: "网络" } as const;
export const CONTACT_WAY = { phone: "电话", visit: "上门", onsite: "现场", online: "网络" } as const;
export const CONTACT_RESULT = {
  reached: "已联系上",
  no_answer: "无人接听",
  refused: "拒绝沟通",
  wrong_number: "号码有误",
} as const;

export const LIGHT = {
  green: "正常",
  yellow: "即将到期",
  red: "已逾期",
  paused: "暂停计时",
  done_on_time: "按时办结",
  done_late: "逾期办结",
  off: "不计时",
} as const;

export const PAUSE_REASON = {
  hearing: "听证",
  appraisal: "检测鉴定",
  await_material: "等待补充材料",
  force_majeure: "不可抗力",
} as const;

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
} as const;

export const TASK_ROLE = { lead: "主办", co: "协办", child: "下派" } as const;

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
} as const;

export type OrderState = keyof typeof ORDER_STATE;
export type DemandType = keyof typeof DEMAND_TYPE;
export type Channel = keyof typeof CHANNEL;
export type Urgency = keyof typeof URGENCY;
export type Confidentiality = keyof typeof CONFIDENTIALITY;
export type RequesterKind = keyof typeof REQUESTER_KIND;
export type Sex = keyof typeof SEX;
export type HandleResult = keyof typeof HANDLE_RESULT;
export type RejectReason = keyof typeof REJECT_REASON;
export type TransferTarget = keyof typeof TRANSFER_TARGET;
export type Defect = keyof typeof DEFECT;
export type LinkKind = keyof typeof LINK_KIND;
export type Rating = keyof typeof RATING;
export type Contacted = keyof typeof CONTACTED;
export type Solved = keyof typeof SOLVED;
export type CallbackMode = keyof typeof CALLBACK_MODE;
export type ContactWay = keyof typeof CONTACT_WAY;
export type ContactResult = keyof typeof CONTACT_RESULT;
export type Light = keyof typeof LIGHT;
export type PauseReason = keyof typeof PAUSE_REASON;
export type TaskState = keyof typeof TASK_STATE;
export type TaskRole = keyof typeof TASK_ROLE;
export type RequestKind = keyof typeof REQUEST_KIND;

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
