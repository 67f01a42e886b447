// Chinese words inside parameter values: choices, members of lists, parts of combined values.
import type { Span } from "@/api/types";

export const UNIT: Record<Span["unit"], string> = { work_day: "个工作日", calendar_day: "个自然日", work_hour: "个工作小时", hour: "小时", minute: "分钟" };
export const UNIT_OPTIONS = Object.entries(UNIT).map(([value, label]) => ({ value, label }));

/** Words that mean the same wherever they stand. */
export const VALUE_WORD: Record<string, string> = {
  dispatched: "自派单起算",
  signed: "自签收起算",
  midnight: "到期日24时",
  business: "到期日下班时",
  anonymous: "匿名",
  no_callback: "要求不回访",
  keep_secret: "保密举报",
  withdrawn: "已撤回",
  consult: "咨询",
  help: "求助",
  complaint: "投诉",
  report: "举报",
  suggestion: "建议",
  praise: "感谢",
  other: "其他",
  first: "首轮",
  last: "末轮",
  band: "分档",
  rank: "排名",
  hotline4: "热线四级",
  good_bad5: "好差评五级",
  same_person: "同人同事",
  same_event: "同事件并案",
  L22: "信访工作条例（2022）",
  L05: "原信访条例（2005）",
  issued: "意见书出具日",
  delivered: "送达日",
  admin: "系统管理",
  export: "导出",
  unmask: "查看明文",
  urge: "催办",
  normal: "一般督办",
  listed: "挂牌督办",
  warning: "预警",
  yellow: "黄牌",
  red: "红牌",
  sign: "签收超时",
  due_soon: "即将超期",
  handle: "办理超期",
  co: "协办超期",
  dispatch: "派单超时",
  reply: "统一回复超时",
  callback: "回访超时",
  return_decide: "退单审核超时",
  supervise: "督办逾期未反馈",
  sent_back: "多次退回补正",
  bad_return: "不当退单",
  rounds: "反复办理",
  fraud: "弄虚作假",
};

/** Parts of combined values. */
export const PART_WORD: Record<string, string> = {
  respond: "响应率",
  solve: "解决率",
  satisfy: "满意率",
  A: "A 档不低于",
  B: "B 档不低于",
  C: "C 档不低于",
  id_no: "证件号相同",
  phone: "电话相同",
  name_address: "姓名加住址相同",
  same_target: "被反映单位相同",
  same_category: "二级分类相同",
  same_place: "地点相同",
  text_060: "文字相似六成",
  text_040: "文字相似四成",
  national: "国家级",
  province: "省级",
  city: "市级",
  county: "县级",
  persons: "人数",
  days: "天数",
  radius_m: "半径（米）",
  growth: "增幅",
  repeat: "重复",
  group: "群体",
  overdue: "逾期",
  threat: "扬言",
  red: "红色不低于",
  orange: "橙色不低于",
  yellow: "黄色不低于",
  conn_rate: "接通率（%）",
  sl15: "15秒接通率（%）",
  abandon_rate: "放弃率（%）",
  asa_s: "平均等待（秒）",
  after: "逾期后",
  level: "升为",
  code: "编号",
  name: "名称",
  metric: "指标",
  card: "发牌",
  count: "次数",
  basis: "依据",
  active: "启用",
};

/** Texts inside combined values that are one of a few. */
export const PART_CHOICES: Record<string, string[]> = {
  level: ["urge", "normal", "listed"],
  card: ["warning", "yellow", "red"],
  metric: ["sign", "due_soon", "handle", "co", "dispatch", "reply", "callback", "return_decide", "supervise", "sent_back", "bad_return", "rounds", "listed", "fraud"],
};

const SOURCES: Record<string, string> = { SEED: "方案原文", I: "建议值", S: "法规标准", s: "法规标准（二次引用）", C: "各地实践", c: "各地实践" };

/** 来源: marks of the rule book in words. */
export function sourceWord(source: string): string {
  const mark = /^([A-Za-z]+)(?:\[(.+)\])?$/.exec(source);
  if (!mark) return source;
  const word = SOURCES[mark[1] ?? ""] ?? source;
  return mark[2] ? `${word} ${mark[2]}` : word;
}
