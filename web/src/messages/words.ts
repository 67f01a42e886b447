// Tones and choices of the message lists.
export const STATE_TONE: Record<string, string> = {
  held: "tag tag-amber",
  queued: "tag",
  sending: "tag tag-blue",
  sent: "tag tag-blue",
  delivered: "tag tag-green",
  failed: "tag tag-red",
  expired: "tag",
};
export const STATES = [
  { value: "failed", label: "失败" },
  { value: "expired", label: "已过期" },
  { value: "queued", label: "待发送" },
  { value: "held", label: "待时段" },
  { value: "sending", label: "发送中" },
  { value: "sent", label: "已发出" },
  { value: "delivered", label: "已送达" },
];
export const OUTCOME_TONE: Record<string, string> = {
  rated: "tag tag-green",
  added: "tag tag-green",
  told: "tag tag-amber",
  unknown: "tag tag-red",
  stopped: "tag",
  resumed: "tag",
};
export const OUTCOMES = [
  { value: "unknown", label: "未找到诉求" },
  { value: "told", label: "已转人工" },
  { value: "rated", label: "已计入评价" },
  { value: "added", label: "已并入诉求" },
  { value: "stopped", label: "已退订" },
  { value: "resumed", label: "恢复接收" },
];
export const MEDIA = [
  { value: "sms", label: "短信" },
  { value: "mail", label: "邮件" },
  { value: "wechat", label: "微信" },
  { value: "weibo", label: "微博评论" },
];
export const DAYS = [
  { value: 1, label: "近1天" },
  { value: 7, label: "近7天" },
  { value: 30, label: "近30天" },
  { value: 365, label: "近1年" },
];
